"""`guanke demo`: the main job on the sample lesson, then the product."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from guanke.accounts import DEMO_TEACHER, Handed, demo_accounts
from guanke.admission import ACTOR, admit_lesson, make_ready
from guanke.commands.serve import serve
from guanke.console import EXIT_DONE, Terminal
from guanke.following import follow, follow_step
from guanke.house import House, knowledge, open_house
from guanke.progress import Bars
from guanke.report import report
from guanke.settings import read_settings
from guanke.summary import summary
from lessons import Clip, Recording, RecordingState, StepState, Suggestion, new_id
from lessons.errors import MediaMissing, restored
from lessons.people import FIRST_SCHOOL_GROUP
from lessons.records import LessonFacts
from processing.cutting import ask_for_cut
from storage import clips, findings, lessons, ownership, people

SAMPLE = "lesson_zh_water.mp4"
FACTS = LessonFacts(title="水到哪里去了", teacher=DEMO_TEACHER, subject="科学", grade="三年级")
CLIP_NAME = "demo-clip.mp4"


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--port", type=int)
    parser.add_argument("--no-serve", action="store_true")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Process the sample, print what was found, cut its best moment, serve."""
    settings = read_settings(data=options.data, port=options.port)
    house = open_house(settings)
    make_ready(house)
    handed = demo_accounts(house.database)
    recording = admit_lesson(house, sample(), FACTS)
    _claim(house, recording)
    with Bars(terminal.err, terminal.language) as bars:
        recording = follow(house, [recording], bars)[0]
    found = report(house.database, recording.id)
    if recording.state is not RecordingState.READY:
        return terminal.explain(found["errors"])
    known = knowledge(settings)
    terminal.show(summary(found, terminal.language, known.phases, known.competencies))
    path = _best_clip(house, recording)
    if path:
        terminal.say(f"已截取最佳推荐片段：{path}", f"The best suggestion, cut: {path}")
    show_accounts(handed, terminal)
    if not options.no_serve:
        serve(house, terminal)
    return EXIT_DONE


def show_accounts(handed: Sequence[Handed], terminal: Terminal) -> None:
    """Print how each role signs in."""
    table = Table(
        title=terminal.text("示例账号（每次运行换新密码）", "Accounts (new passwords each run)")
    )
    for zh, en in (("角色", "role"), ("工号", "staff number"), ("密码", "password")):
        table.add_column(terminal.text(zh, en))
    for one in handed:
        table.add_row(one.person.name, one.person.staff_number, one.password)
    terminal.show(table)


def _claim(house: House, recording: Recording) -> None:
    """Give the sample to the demo's teacher, where it is still unclaimed."""
    with house.database.write() as connection:
        teacher = people.only_named(connection, FIRST_SCHOOL_GROUP, DEMO_TEACHER)
        lesson = lessons.of_recording(connection, recording, FACTS, actor=ACTOR)
        if teacher and lesson.teacher_id is None:
            ownership.hand_over(connection, [lesson.id], teacher, actor=ACTOR)


def sample() -> Path:
    """Return the sample lesson: in the wheel, or beside the packages in a checkout."""
    here = Path(__file__).parents[1]
    for folder in (here / "samples", here.parent / "samples"):
        if (folder / SAMPLE).exists():
            return folder / SAMPLE
    raise MediaMissing(file=SAMPLE)


def _best_clip(house: House, recording: Recording) -> Path | None:
    """Cut the best suggestion, once; return where its file is."""
    with house.database.write() as connection:
        proposals = findings.suggestions(connection, recording.id)
        if not proposals:
            return None
        known = clips.of_recording(connection, recording.id)
        clip = known[0] if known else _clip_of(recording, proposals[0])
        if not known:
            clips.add(connection, clip, actor=ACTOR)
        step_id = ask_for_cut(connection, clip, actor=ACTOR)
    step = follow_step(house, step_id)
    if step.state is not StepState.DONE:
        raise restored(step.error_code or "", step.error_facts or {})
    target = house.settings.folder / CLIP_NAME
    media = house.store.fetch(str((step.output or {})["media"]), house.scratch)
    target.write_bytes(media.read_bytes())
    return target


def _clip_of(recording: Recording, proposal: Suggestion) -> Clip:
    return Clip(
        id=new_id(),
        recording_id=recording.id,
        start_ms=proposal.start_ms,
        end_ms=proposal.end_ms,
        title=proposal.reasons[0].quote[:30],
        competencies=(proposal.competency,),
        created_at=recording.created_at,
    )
