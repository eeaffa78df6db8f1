"""`guanke clip`: cuts a stretch of a recording into a file of its own."""

import argparse
import shutil
from datetime import UTC, datetime
from pathlib import Path

from guanke.admission import ACTOR, make_ready
from guanke.console import EXIT_DONE, Terminal
from guanke.following import follow_step
from guanke.house import House, knowledge, open_house
from guanke.settings import read_settings
from lessons import Clip, Recording, Step, StepState, new_id, parse_timecode
from lessons.errors import NotFound, SpanOutsideRecording, UnknownCompetency, restored
from processing.cutting import ask_for_cut
from storage import clips, recordings


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("recording", metavar="RECORDING")
    parser.add_argument("--from", dest="start", required=True, metavar="TIME")
    parser.add_argument("--to", dest="end", required=True, metavar="TIME")
    parser.add_argument("--competency", action="append", default=[], metavar="CODE")
    parser.add_argument("--title", default="")
    parser.add_argument("--out", type=Path, metavar="FILE")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Make the clip, wait until it is cut, and put its file where it was asked for."""
    settings = read_settings(data=options.data)
    house = open_house(settings)
    make_ready(house)
    known = {c.code for c in knowledge(settings).competencies}
    for code in options.competency:
        if code not in known:
            raise UnknownCompetency(code=code)
    recording = _find(house, options.recording)
    clip = Clip(
        id=new_id(),
        recording_id=recording.id,
        start_ms=parse_timecode(options.start),
        end_ms=parse_timecode(options.end),
        title=options.title,
        competencies=tuple(options.competency),
        created_at=datetime.now(UTC),
    )
    _check_inside(clip, recording)
    with house.database.write() as connection:
        clips.add(connection, clip, actor=ACTOR)
        step_id = ask_for_cut(connection, clip, actor=ACTOR)
    step = follow_step(house, step_id)
    if step.state is not StepState.DONE:
        raise restored(step.error_code or "", step.error_facts or {})
    path = _deliver(house, step, options.out or Path(f"clip-{clip.id[-8:]}.mp4"))
    terminal.say(f"片段已生成：{path}", f"The clip is at {path}")
    return EXIT_DONE


def _find(house: House, name: str) -> Recording:
    """Find a recording by its id or by the beginning of its SHA-256."""
    with house.database.read() as connection:
        found = recordings.find(connection, name)
    if found is None:
        raise NotFound(what="recording", id=name)
    return found


def _check_inside(clip: Clip, recording: Recording) -> None:
    length = recording.info.duration_ms if recording.info else 0
    if clip.end_ms > length or clip.duration_ms == 0:
        raise SpanOutsideRecording(end_ms=clip.end_ms, duration_ms=length)


def _deliver(house: House, step: Step, path: Path) -> Path:
    """Copy the clip, its subtitles and its manifest beside each other."""
    output = step.output or {}
    path.parent.mkdir(parents=True, exist_ok=True)
    for name, suffix in (("media", ".mp4"), ("srt", ".srt"), ("manifest", ".json")):
        if name in output:
            target = path if name == "media" else path.with_suffix(suffix)
            shutil.copyfile(house.store.fetch(str(output[name]), house.scratch), target)
    return path.absolute()
