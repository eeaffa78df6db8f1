"""The library: filters, counts and pages over what one may look at, and nothing else."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from lessons import LessonPart, RecordingState, Transcript, Utterance
from lessons.people import FIRST_SCHOOL_GROUP
from lessons.records import LessonFacts
from storage import lessons, recordings, tables, transcripts
from storage.steps import add as add_step
from tests.school import School, just_now, school

MINUTE = 60_000


def lesson(place: School, name: str, title: str, **facts: object) -> str:
    """Give a teacher a ready lesson of forty minutes in which one line is said."""
    teacher = place.people[name]
    said = facts.pop("said", "今天学习分数")
    state = facts.pop("state", RecordingState.READY)
    known = LessonFacts(title=title, teacher=name, **facts)  # type: ignore[arg-type]
    with place.services.database.write() as connection:
        recording, _ = recordings.admit(
            connection,
            sha256=f"{name}{title}".encode().hex().ljust(64, "0")[-64:],
            size=1,
            file_name=f"{title}.mp4",
            media_type="video/mp4",
            language="zh",
            actor=place.people["录播员"].name,
        )
        part = LessonPart(recording_id=recording.id, start_ms=0, end_ms=40 * MINUTE)
        made = lessons.create(
            connection, known, [part], actor=teacher.name, teacher_id=teacher.person_id
        )
        step = add_step(
            connection, recording.id, kind="transcribe", queue="asr", input_digest="t", params={}
        )
        line = Utterance(start_ms=MINUTE, end_ms=MINUTE + 2000, text=str(said))
        words = Transcript(language="zh", utterances=(line,), made_by="test")
        transcripts.save(connection, recording.id, words, step)
        table = tables.recording
        connection.execute(update(table).where(table.c.id == recording.id).values(state=state))
    return made.id


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> School:
    """A teacher with three lessons, and a colleague with two, one of them shared."""
    folder: Path = tmp_path_factory.mktemp("library")
    made = school(folder)
    mathematics = {"subject": "数学", "group": "数学组"}
    first = lesson(
        made, "数老师0", "分数", grade="五年级", taught_on=date(2026, 9, 1), **mathematics
    )
    lesson(made, "数老师0", "小数", grade="四年级", taught_on=date(2026, 10, 1), **mathematics)
    lesson(made, "数老师0", "班会", subject="德育", state=RecordingState.FAILED, said="开会")
    shared = lesson(made, "语老师0", "古诗", subject="语文", grade="五年级", said="分数不重要")
    lesson(made, "语老师0", "私密", subject="语文", said="分数是秘密")
    with made.services.database.write() as connection:
        share = {
            "lesson_id": shared,
            "audience": "school_group",
            "audience_id": FIRST_SCHOOL_GROUP,
            "allows": "look",
            "created_at": just_now(),
        }
        connection.execute(insert(tables.share).values(share))
    part = made.ask("数老师0", f"/lessons/{first}")["parts"][0]
    for start, codes in ((0, ["A1"]), (MINUTE, ["A1", "A6"])):
        clip = {
            "recording_id": part["recording_id"],
            "lesson_id": first,
            "start_ms": start,
            "end_ms": start + MINUTE,
            "title": "导入",
            "competencies": codes,
        }
        made.do("数老师0", "/clips", clip, 201)
    return made


def titles(answer: Any) -> list[str]:
    return [item["title"] for item in answer["items"]]


def facet(counts: Any, name: str) -> dict[str, int]:
    return {value["label"]: value["count"] for value in counts["facets"][name]}


def test_lessons_are_mine_and_what_is_shared_with_me(place: School) -> None:
    """Newest first, with state, length and competencies; a colleague's own are not there."""
    answer = place.ask("数老师0", "/library/lessons")
    assert titles(answer) == ["古诗", "班会", "小数", "分数"]
    shown = answer["items"][-1]
    assert (shown["state"], shown["duration_ms"], shown["clips"]) == ("ready", 40 * MINUTE, 2)
    assert shown["competencies"] == ["A1", "A6"]
    assert titles(place.ask("数老师1", "/library/lessons")) == ["古诗"]
    assert place.ask("数老师1", "/library/clips")["items"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"subject": "数学"}, ["小数", "分数"]),
        ({"subject": "数学", "grade": "五年级"}, ["分数"]),
        ({"group": "数学组"}, ["小数", "分数"]),
        ({"competency": "A6"}, ["分数"]),
        ({"competency": "A"}, []),
        ({"state": "failed"}, ["班会"]),
        ({"taught_from": "2026-09-15", "taught_until": "2026-10-01"}, ["小数"]),
    ],
)
def test_lessons_are_filtered(place: School, query: dict[str, str], found: list[str]) -> None:
    """Each filter holds by itself and together with others."""
    assert titles(place.ask("数老师0", "/library/lessons", **query)) == found
    assert place.ask("数老师0", "/library/lessons/counts", **query)["total"] == len(found)


def test_a_person_is_a_filter(place: School) -> None:
    """By the person's id, not by what they are called."""
    who = place.people["语老师0"].person_id
    assert titles(place.ask("数老师0", "/library/lessons", teacher_id=who)) == ["古诗"]


def test_counts_say_what_each_value_would_leave(place: School) -> None:
    """A filter's own values are counted as if it were not set, the others hold."""
    counts = place.ask("数老师0", "/library/lessons/counts", subject="数学")
    assert counts["total"] == 2
    assert facet(counts, "subject") == {"数学": 2, "德育": 1, "语文": 1}
    assert facet(counts, "grade") == {"五年级": 1, "四年级": 1}
    assert facet(counts, "competency") == {"A1": 1, "A6": 1}
    everything = place.ask("数老师0", "/library/lessons/counts")
    assert facet(everything, "teacher_id") == {"数老师0": 3, "语老师0": 1}
    assert facet(everything, "state") == {"ready": 3, "failed": 1}
    assert facet(place.ask("数老师1", "/library/lessons/counts"), "subject") == {"语文": 1}


def test_pages_follow_one_another(place: School) -> None:
    """By a key, with the filters on each."""
    first = place.ask("数老师0", "/library/lessons", limit="3")
    rest = place.ask("数老师0", "/library/lessons", limit="3", after=first["next"])
    assert titles(first) + titles(rest) == ["古诗", "班会", "小数", "分数"]
    assert rest["next"] is None


def test_clips_tell_where_their_evidence_stands(place: School) -> None:
    """To their teacher; what is not handed in is a draft."""
    answer = place.ask("数老师0", "/library/clips", competency="A6")
    (clip,) = answer["items"]
    assert (clip["lesson_title"], clip["teacher"], clip["standing"]) == ("分数", "数老师0", "draft")
    counts = place.ask("数老师0", "/library/clips/counts")
    assert counts["total"] == 2
    assert facet(counts, "competency") == {"A1": 2, "A6": 1}
    assert facet(counts, "state") == {"draft": 2}
    assert place.ask("数老师0", "/library/clips", state="passed")["items"] == []


def test_words_are_found_under_the_same_filters(place: School) -> None:
    """A hit lands on its second; a colleague's private words are not found."""
    hits = place.ask("数老师0", "/search", q="分数", kind="utterance")["items"]
    assert {hit["lesson_title"] for hit in hits} == {"分数", "小数", "古诗"}
    hits = place.ask(
        "数老师0", "/search", q="分数", kind="utterance", grade="五年级", subject="数学"
    )
    (hit,) = hits["items"]
    assert (hit["lesson_title"], hit["at_ms"]) == ("分数", MINUTE)
    by_title = place.ask("数老师0", "/search", q="分数", kind="lesson", grade="四年级")["items"]
    assert by_title == []


def test_five_hundred_lessons_are_quick_to_ask_for(place: School) -> None:
    """A page and its counts take a bounded number of queries, however many lessons there are."""
    teacher = place.people["音老师0"]
    with place.services.database.write() as connection:
        for number in range(500):
            facts = LessonFacts(title=f"课{number:03}", subject="音乐", grade=f"{number % 6}年级")
            lessons.create(connection, facts, actor=teacher.name, teacher_id=teacher.person_id)
    page = place.ask("音老师0", "/library/lessons", limit="50")
    assert (len(page["items"]), page["items"][0]["state"]) == (50, "empty")
    counts = place.ask("音老师0", "/library/lessons/counts")
    assert counts["total"] == 501
