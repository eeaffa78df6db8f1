"""Suggestions and phases on lessons that nothing was tuned to (`bench/lessons/held`)."""

import os
from pathlib import Path

import pytest

from bench.lesson_scripts import read_lesson
from bench.scoring.moves import DIALOGID_LABELS, f1_scores, labelled
from bench.understanding_eval import Heard, Row, pooled, score
from lessons.words import Transcript, Utterance
from processing.understanding import load_framework, load_phases, understand
from processing.understanding.moves import find_moves

HELD = Path(__file__).resolve().parents[2] / "bench" / "lessons" / "held"
CORPUS = Path(os.environ.get("GUANKE_CORPUS", ""))


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    """Return the scores of every held lesson by its name."""
    return {path.stem: score(path, Heard()) for path in sorted(HELD.glob("*.txt"))}


def test_half_are_found_and_more_right_than_wrong(rows: dict[str, Row]) -> None:
    """Half of the true spans are found, at most one wrong for each right one, quotes verbatim."""
    every = pooled(list(rows.values()))
    assert every.suggestions.found >= 0.5 * every.suggestions.spans
    assert every.suggestions.right >= 0.5 * every.suggestions.made
    assert every.false_quotes == 0


def test_phases_are_found_and_named(rows: dict[str, Row]) -> None:
    """Boundaries and labels of phases are as good as is promised."""
    every = pooled(list(rows.values()))
    assert every.pk <= 0.25
    assert every.labels >= 0.6


def test_lessons_that_show_nothing_are_left_alone(rows: dict[str, Row]) -> None:
    """Chalk and tempting words give one suggestion at most."""
    silent = [row for row in rows.values() if not row.suggestions.spans]
    assert len(silent) >= 2
    assert all(row.suggestions.made <= 1 for row in silent)


def test_most_of_a_lesson_may_be_practice() -> None:
    """Where pupils work in silence for two thirds of a lesson, that is the practice."""
    texts = {
        0: "同学们好，请坐，今天我们学习两位数乘两位数。",
        10: "请看黑板，先用个位去乘，再用十位去乘，数位要对齐。",
        30: "请打开练习本，独立完成书上第一题。",
        240: "时间到，第一题的正确答案是二百九十九，做对的举手。",
        260: "这节课我们学会了竖式，总结一下，数位对齐，别忘进位。",
        275: "今天的作业是练习册二十页，下课。",
    }
    spoken = tuple(
        Utterance(start_ms=at * 1000, end_ms=at * 1000 + 250 * len(text), text=text)
        for at, text in texts.items()
    )
    segments = understand(
        Transcript(language="zh", utterances=spoken), load_framework(), load_phases()
    ).segments
    assert next(s.phase for s in segments if s.holds(120_000)) == "practice"


def test_the_same_words_give_the_same_finding() -> None:
    """Twice the same, whatever the order of sets."""
    lesson = read_lesson(HELD / "h01_yuwen3.txt")
    spoken = tuple(
        Utterance(start_ms=u["start_ms"], end_ms=u["end_ms"], text=u["text"])
        for u in lesson["utterances"]
    )
    transcript = Transcript(language="zh", utterances=spoken)
    framework, phases = load_framework(), load_phases()
    assert understand(transcript, framework, phases) == understand(transcript, framework, phases)


def test_moves_of_a_few_sentences() -> None:
    """Each utterance but a pupil's has a move; praise and review are known."""
    texts = ["你真棒，回答得非常好！", "我们先来复习一下上节课学过的内容。", "嗯。"]
    spoken = [Utterance(start_ms=i, end_ms=i, text=text) for i, text in enumerate(texts)]
    pupil = Utterance(start_ms=9, end_ms=9, text="你真棒", speaker="student")
    moves = find_moves([*spoken, pupil])
    assert [move.index for move in moves] == [0, 1, 2]
    assert [move.label for move in moves[:2]] == ["commending", "reviewing"]


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.name, reason="GUANKE_CORPUS is not set")
def test_moves_of_real_teachers() -> None:
    """On utterances that the classifier never saw the moves are right: macro-F1 at least 0.8."""
    dev = labelled(CORPUS / "classroom" / "dialogid" / "dev.csv")
    spoken = [Utterance(start_ms=0, end_ms=0, text=text) for text, _ in dev]
    found = [move.label for move in find_moves(spoken)]
    scores = f1_scores([DIALOGID_LABELS[label] for _, label in dev], found)
    assert sum(scores.values()) / len(scores) >= 0.8
