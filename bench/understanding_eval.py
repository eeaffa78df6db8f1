"""Score phases and suggestions on lessons with truth: `python -m bench.understanding_eval DIR…`.

Each folder holds `<id>.json` as `samples/` describes them (utterances, phases, competency_spans and
slide_changes_ms), or `<id>.txt` as `bench/lesson_scripts.py` does. A file without truth borrows it
from the one of the same name in a folder given with --truth (for transcripts by a recogniser of
lessons whose script is known).
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.lesson_scripts import read_lesson
from bench.scoring.segmentation import (
    Labelled,
    SuggestionScore,
    boundaries,
    label_accuracy,
    pk,
    score_suggestions,
    window_diff,
)
from lessons.structure import Segment, Suggestion
from lessons.words import Transcript, Utterance
from processing.steps.segment import segment
from processing.steps.suggest import suggest
from processing.understanding import load_framework, load_phases

PHASES = {
    "导入": "opening",
    "讲授": "exposition",
    "提问互动": "questioning",
    "小组活动": "group_work",
    "展示交流": "presentation",
    "练习测验": "practice",
    "总结": "summary",
    "作业布置": "homework",
    "过渡/管理": "management",
}


@dataclass(frozen=True)
class Heard:
    """What of a lesson is used: see the options of the same names."""

    truth: Path | None = None
    speakers: bool = False
    no_slides: bool = False
    verbose: bool = False


@dataclass(frozen=True)
class Row:
    """The scores of one lesson."""

    name: str
    pk: float
    baseline: float
    window_diff: float
    labels: float
    suggestions: SuggestionScore
    false_quotes: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line per lesson and one per folder; return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--truth", type=Path, help="folder with the truth of the same names")
    parser.add_argument("--speakers", action="store_true", help="use the speakers of the script")
    parser.add_argument("--no-slides", action="store_true", help="words alone, no slide changes")
    parser.add_argument("--verbose", action="store_true", help="list segments and suggestions")
    options = parser.parse_args(arguments)
    heard = Heard(options.truth, options.speakers, options.no_slides, options.verbose)
    for folder in options.folders:
        paths = sorted([*folder.glob("*.json"), *folder.glob("*.txt")])
        rows = [score(path, heard) for path in paths]
        _say(f"{folder}")
        _say("lesson      Pk   (none)  WinDiff  labels  spans found  right/made  false quotes")
        for row in rows:
            _say(_line(row))
        if rows:
            _say(_line(pooled(rows)))
    return 0


def score(path: Path, options: Heard) -> Row:
    """Return the scores of one lesson."""
    scripted = path.suffix == ".txt"
    heard = read_lesson(path) if scripted else json.loads(path.read_text(encoding="utf-8"))
    truth = heard
    if "phases" not in heard:
        folder = options.truth or path.parent.with_name(path.parent.name.removesuffix("_asr"))
        truth = json.loads((folder / path.name).read_text(encoding="utf-8"))
    transcript = _transcript(heard, speakers=options.speakers)
    duration_ms = int(truth["duration_ms"])
    slides = [] if options.no_slides else [int(at) for at in truth["slide_changes_ms"]]
    framework = load_framework()
    started = time.process_time()
    segments = segment(transcript, slides, duration_ms, load_phases())
    suggestions = suggest(transcript, segments, slides, framework, None)
    seconds = time.process_time() - started
    true_phases = [
        Labelled(p["start_ms"], p["end_ms"], frozenset([PHASES.get(p["phase"], p["phase"])]))
        for p in truth["phases"]
    ]
    true_spans = [
        Labelled(
            c["start_ms"],
            c["end_ms"],
            frozenset(c["labels"]) | frozenset(c["acceptable"]),
            required=bool(c["labels"]),
        )
        for c in truth["competency_spans"]
    ]
    if options.verbose:
        _tell(path, segments, suggestions, true_spans, true_phases, seconds)
    found = [Labelled(s.start_ms, s.end_ms, frozenset([s.phase])) for s in segments]
    made = [Labelled(s.start_ms, s.end_ms, frozenset([s.competency])) for s in suggestions]
    true_bounds, found_bounds = boundaries(true_phases), boundaries(found)
    return Row(
        name=path.stem,
        pk=pk(true_bounds, found_bounds, duration_ms),
        baseline=pk(true_bounds, [], duration_ms),
        window_diff=window_diff(true_bounds, found_bounds, duration_ms),
        labels=label_accuracy(true_phases, found, duration_ms),
        suggestions=score_suggestions(true_spans, made),
        false_quotes=_false_quotes(suggestions, transcript),
    )


def _transcript(heard: dict[str, Any], *, speakers: bool) -> Transcript:
    return Transcript(
        language=heard.get("language"),
        utterances=tuple(
            Utterance(
                start_ms=u["start_ms"],
                end_ms=u["end_ms"],
                text=u["text"],
                speaker=u.get("speaker") if speakers else None,
            )
            for u in heard["utterances"]
        ),
    )


def _false_quotes(suggestions: Sequence[Suggestion], transcript: Transcript) -> int:
    """Return how many reasons quote what nobody said then; a suggestion without any counts."""
    wrong = sum(not suggestion.reasons for suggestion in suggestions)
    for suggestion in suggestions:
        for reason in suggestion.reasons:
            wrong += not any(
                reason.quote and reason.quote in u.text and u.start_ms <= reason.at_ms <= u.end_ms
                for u in transcript.utterances
            )
    return wrong


def pooled(rows: Sequence[Row]) -> Row:
    """Return the mean of phases and the sum of suggestions over lessons."""
    count = len(rows)
    return Row(
        name="ALL",
        pk=sum(row.pk for row in rows) / count,
        baseline=sum(row.baseline for row in rows) / count,
        window_diff=sum(row.window_diff for row in rows) / count,
        labels=sum(row.labels for row in rows) / count,
        suggestions=sum((row.suggestions for row in rows), SuggestionScore()),
        false_quotes=sum(row.false_quotes for row in rows),
    )


def _line(row: Row) -> str:
    s = row.suggestions
    return (
        f"{row.name:9} {row.pk:6.3f}  {row.baseline:6.3f}  {row.window_diff:6.3f}"
        f"  {row.labels:6.3f}"
        f"  {s.found:5}/{s.spans:<5}  {s.right:5}/{s.made:<5} {row.false_quotes:6}"
    )


def _tell(
    path: Path,
    segments: Sequence[Segment],
    suggestions: Sequence[Suggestion],
    spans: Sequence[Labelled],
    phases: Sequence[Labelled],
    seconds: float,
) -> None:
    _say(f"== {path} in {seconds:.2f} s")
    for part in segments:
        _say(f"  {part.start_ms / 1000:7.1f} {part.phase:13} {part.title}")
    _say("  true phases: " + " ".join(f"{p.start_ms / 1000:.0f}:{min(p.labels)}" for p in phases))
    for one in sorted(suggestions, key=lambda s: s.start_ms):
        made = Labelled(one.start_ms, one.end_ms, frozenset([one.competency]))
        mark = "+" if score_suggestions(spans, [made]).right else "-"
        quotes = " / ".join(reason.quote for reason in one.reasons)
        _say(
            f"  {mark} {one.competency:4} {one.start_ms / 1000:6.1f}-{one.end_ms / 1000:6.1f}"
            f" {one.score:.2f} {quotes}"
        )
    for span in spans:
        _say(f"    true {span.start_ms / 1000:.0f}-{span.end_ms / 1000:.0f} {sorted(span.labels)}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
