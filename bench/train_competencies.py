"""Train what finds moments of a competency: `python -m bench.train_competencies DIALOGID.csv`.

Learns from `bench/lessons/passages.txt` and the lessons of `bench/lessons/tuning` (never from
those of `bench/lessons/held`), and takes real teachers' utterances of the CSV (column `text`) as
talk that shows no competency. Writes `competencies.bin.gz` and `competency-weights.json` into
`processing/understanding/data`. Needs scikit-learn (docs/suggestions.md).
"""

import csv
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from bench.fitting import pack, sparse, telling, weighed
from bench.lesson_scripts import misheard, read_lesson
from bench.scoring.segmentation import Labelled, same_moment
from lessons.words import Transcript, Utterance
from processing.understanding.competence import MODEL, WEIGHTS, LineSigns, Weights, line_features
from processing.understanding.framework import load_framework, load_phases
from processing.understanding.knowledge import knowledge_for
from processing.understanding.linear import HashedLinear, read_model
from processing.understanding.moments import find_moments
from processing.understanding.phases import Stretch
from processing.understanding.phrases import PhraseBook
from processing.understanding.talk import read_lines
from processing.understanding.understand import lines_of, segments_of, stretches_of

DATA = Path("processing/understanding/data")
LESSONS = Path("bench/lessons")
BUCKETS = 1 << 15
HARDNESS, SHOWN_WEIGHT = 0.5, 6.0
TALK, TALK_LINES = 500, 3  # pieces of real talk that shows nothing, and lines in each
WINDOW, STRIDE = 4, 3  # lines
LEVELS = (-0.95, -0.75)
FOLDS = 2
ENOUGH = 0.33
UNSEEN = 0.7  # lessons' worth of doubt in what is usual


@dataclass(frozen=True)
class Example:
    """Some lines, what they show, and what a fair observer might also name."""

    texts: tuple[str, ...]
    labels: frozenset[str] = frozenset()
    acceptable: frozenset[str] = frozenset()


@dataclass
class Lesson:
    """A lesson with its truth, its lines as the program sees them, and its phases as found."""

    truth: dict[str, Any]
    lines: Any
    stretches: list[Stretch]


def main(arguments: list[str]) -> int:
    """Train and write; return 0."""
    chance = random.Random(7)  # nosec B311  # a seeded order, no secret
    codes = [c.code for c in load_framework().framework.competencies]
    general = [*passages(chance), *idle_talk(Path(arguments[0]), chance)]
    lessons = [read(path) for path in sorted((LESSONS / "tuning").glob("*.txt"))]
    rows, shown = [], []
    for fold in range(FOLDS):
        others = [one for place, one in enumerate(lessons) if place % FOLDS != fold]
        model = read_model(classifier(codes, general, others))
        blank = weights_of(codes, others)
        for one in lessons[fold::FOLDS]:
            for moment_signs, right in judged(one, model, blank, codes):
                rows.append(moment_signs)
                shown.append(right)
    packed = classifier(codes, general, lessons)
    (DATA / MODEL).write_bytes(packed)
    weights = fit_weights(rows, shown)
    usual = weights_of(codes, lessons)
    tree = {
        "levels": LEVELS,
        "enough": ENOUGH,
        **weights,
        "phases": {p: {c: round(v, 3) for c, v in by.items()} for p, by in usual.phases.items()},
        "usual": {code: round(value, 3) for code, value in usual.usual.items()},
        "names": usual.names,
    }
    text = json.dumps(tree, ensure_ascii=False, indent=1, sort_keys=True)
    (DATA / WEIGHTS).write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(packed)} bytes, {len(rows)} moments, {sum(shown)} right\n{weights}\n")
    return 0


def passages(chance: random.Random) -> Iterator[Example]:
    """Yield each passage, and those in Chinese also as a poor recogniser hears them."""
    code = ""
    for line in (LESSONS / "passages.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("="):
            code = line[1:].strip()
        elif line and not line.startswith("#"):
            texts = [part.strip().removeprefix("S:") for part in line.split(" / ")]
            labels = frozenset([code]) - {"-"}
            yield Example(tuple(texts), labels)
            if labels and not line.isascii():
                spoken = [{"text": text, "start_ms": 0, "end_ms": 1} for text in texts]
                yield Example(tuple(one["text"] for one in misheard(spoken, chance)), labels)


def idle_talk(path: Path, chance: random.Random) -> Iterator[Example]:
    """Yield pieces of real talk."""
    with path.open(encoding="utf-8", newline="") as opened:
        texts = [row["text"] for row in csv.DictReader(opened)]
    for _ in range(TALK):
        yield Example(tuple(chance.choice(texts) for _ in range(TALK_LINES)))


def read(path: Path) -> Lesson:
    """Return a lesson, with the phases that the program finds in it."""
    truth = read_lesson(path)
    transcript = Transcript(
        language=truth["language"],
        utterances=tuple(
            Utterance(start_ms=u["start_ms"], end_ms=u["end_ms"], text=u["text"])
            for u in truth["utterances"]
        ),
    )
    duration_ms = truth["duration_ms"]
    segments = segments_of(transcript, (), duration_ms, load_phases())
    lines = lines_of(transcript, (), duration_ms, knowledge_for(load_framework().cues))
    return Lesson(truth, lines, stretches_of(segments, lines))


def examples(lesson: Lesson) -> Iterator[Example]:
    """Yield the spans of a lesson, windows of them, and windows of what lies between."""
    run: list[str] = []
    before: dict[str, Any] | None = None
    for line in [*lesson.lines, None]:
        span = _span_at(lesson.truth, line.utterance) if line else {"end": True}
        if span is not before and run:
            yield from _windows(run, before)
            run = []
        before = span
        if line:
            run.append(line.utterance.text)


def _windows(run: list[str], span: dict[str, Any] | None) -> Iterator[Example]:
    labels = frozenset(span["labels"]) if span else frozenset()
    acceptable = frozenset(span["acceptable"]) if span else frozenset()
    if span:
        yield Example(tuple(run), labels, acceptable)
    if not span or len(run) > WINDOW:
        for start in range(0, max(1, len(run) - 2), STRIDE if span else WINDOW):
            yield Example(tuple(run[start : start + WINDOW]), labels, acceptable)


def _span_at(truth: dict[str, Any], spoken: Utterance) -> dict[str, Any] | None:
    middle = (spoken.start_ms + spoken.end_ms) // 2
    spans = truth["competency_spans"]
    return next((s for s in spans if s["start_ms"] <= middle < s["end_ms"]), None)


def classifier(
    codes: Sequence[str], general: Sequence[Example], lessons: Sequence[Lesson]
) -> bytes:
    """Return the file of a classifier with one support vector machine a competency."""
    from sklearn.svm import LinearSVC

    known = [*general, *(example for lesson in lessons for example in examples(lesson))]
    matrix = sparse([_features(example.texts) for example in known], BUCKETS)
    idf, step = telling(matrix)
    matrix = weighed(matrix, idf, step)
    coefficients, biases = np.zeros((len(codes), BUCKETS)), np.zeros(len(codes))
    for place, code in enumerate(codes):
        certain = np.array([code not in example.acceptable for example in known])
        shown = np.array([code in example.labels for example in known])[certain]
        machine = LinearSVC(
            C=HARDNESS, class_weight={True: SHOWN_WEIGHT, False: 1.0}, tol=0.01, random_state=0
        )
        machine.fit(matrix[certain], shown)
        coefficients[place], biases[place] = machine.coef_[0], machine.intercept_[0]
    return pack(codes, coefficients, biases, idf, step)


def _features(texts: Sequence[str]) -> set[str]:
    return set().union(*map(_text_features, texts))


@cache
def _text_features(text: str) -> frozenset[str]:
    spoken = [Utterance(start_ms=0, end_ms=1, text=text)]
    return line_features(read_lines(spoken, _book(), (), 1)[0])


@lru_cache(maxsize=1)
def _book() -> PhraseBook:
    return knowledge_for(load_framework().cues).book


def weights_of(codes: Sequence[str], lessons: Sequence[Lesson]) -> Weights:
    """Return weights that know only what is usual in these lessons."""
    counts: Counter[tuple[str, str]] = Counter()
    for lesson in lessons:
        for span in lesson.truth["competency_spans"]:
            middle = (span["start_ms"] + span["end_ms"]) // 2
            phase = next((s.phase for s in lesson.stretches if s.holds(middle)), "exposition")
            for code in span["labels"]:
                counts[phase, code] += 1
    total = sum(counts.values())
    by_code, by_phase = Counter[str](), Counter[str]()
    for (phase, code), count in counts.items():
        by_code[code] += count
        by_phase[phase] += count
    names = {c.code: c.name_zh for c in load_framework().framework.competencies}
    return Weights(
        levels=LEVELS,
        enough=ENOUGH,
        signs={},
        intercept=0.0,
        phases={
            phase: {
                code: float(
                    np.log(
                        (counts[phase, code] + UNSEEN)
                        / (by_code[code] * by_phase[phase] / total + UNSEEN)
                    )
                )
                for code in codes
            }
            for phase in sorted(by_phase)
        },
        usual={
            code: float(np.log((by_code[code] + 1.5) / (total / len(codes) + 1.5)))
            for code in codes
        },
        names=names,
        version="",
    )


def judged(
    lesson: Lesson, model: HashedLinear, weights: Weights, codes: Sequence[str]
) -> Iterator[tuple[dict[str, float], bool]]:
    """Yield the signs of each moment of a lesson, and whether it is one."""
    spans = [
        Labelled(s["start_ms"], s["end_ms"], frozenset([*s["labels"], *s["acceptable"]]))
        for s in lesson.truth["competency_spans"]
    ]
    signs = LineSigns(lesson.lines, model, weights)
    for moment in find_moments(lesson.lines, lesson.stretches, signs, weights, codes):
        made = Labelled(moment.start_ms, moment.end_ms, frozenset([moment.competency]))
        right = any(moment.competency in s.labels and same_moment(s, made) for s in spans)
        yield dict(moment.signs), right


def fit_weights(rows: Sequence[dict[str, float]], shown: Sequence[bool]) -> dict[str, Any]:
    """Return the logistic regression of `shown` on the signs."""
    from sklearn.linear_model import LogisticRegression

    names = sorted(rows[0])
    table = np.array([[row[name] for name in names] for row in rows])
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=1.0, max_iter=500).fit((table - mean) / spread, shown)
    by = fitted.coef_[0] / spread
    return {
        "signs": {
            n: [round(float(m), 4), round(float(b), 4)]
            for n, m, b in zip(names, mean, by, strict=True)
        },
        "intercept": round(float(fitted.intercept_[0]), 4),
    }


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
