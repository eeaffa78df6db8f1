"""`guanke watch`: takes in what recorders drop into a folder."""

import argparse
import signal
import threading
import time
from pathlib import Path, PurePath

from guanke.admission import admit_lesson, make_ready
from guanke.console import EXIT_DONE, Terminal
from guanke.house import House, open_house
from guanke.settings import read_settings
from guanke.supervisor import Supervisor
from ingest.drop_folder import DropFolder, Found, lesson_date
from lessons.errors import DataFolderInUse, DropFolderMissing, EnvironmentFault, GuankeError
from lessons.records import LessonFacts
from storage import intake

PATTERNS = (
    # 301教室/2026-11-23/第3节.mp4
    r"(?P<room>[^/]+)/(?P<date>\d{4}[-_]?\d{2}[-_]?\d{2})/(?:第)?(?P<period>\d{1,2})",
    # 301教室_20261123_3_张老师.mp4
    r"(?P<room>[^/_]+)_(?P<date>\d{4}-?\d{2}-?\d{2})_(?P<period>[^_/.]+)(?:_(?P<teacher>[^_/.]+))?",
)
LOOK_S = 2.0


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--pattern", action="append", metavar="REGEX")
    parser.add_argument("--stable", type=float, default=10.0, metavar="SECONDS")
    parser.add_argument("--once", action="store_true", help="take what is there, then end")
    parser.add_argument("--delete", action="store_true", help="delete a file once it is safe")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Watch until Ctrl-C (or, with --once, until what is there has been taken)."""
    if not options.folder.is_dir():
        raise DropFolderMissing(folder=options.folder)
    house = open_house(read_settings(data=options.data))
    make_ready(house)
    drop = DropFolder(options.folder, options.pattern or PATTERNS, stable_s=options.stable)
    watcher = Watcher(drop, house, terminal, delete=options.delete)
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    if options.once:
        watcher.look()
        time.sleep(options.stable)
        watcher.look()
        return EXIT_DONE
    try:
        with Supervisor(house, serve=False).at_work() as supervisor:
            supervisor.run(lambda: watcher.look_until(told))
    except DataFolderInUse:  # a server works on this folder already: we only take in
        while not told.wait(LOOK_S):
            watcher.look()
    return EXIT_DONE


class Watcher:
    """Admits what a drop folder offers, once, and writes down what it could not admit."""

    def __init__(self, drop: DropFolder, house: House, terminal: Terminal, *, delete: bool) -> None:
        self._drop = drop
        self._house = house
        self._terminal = terminal
        self._delete = delete
        self._looked_at = 0.0
        self._told = set[tuple[str, str]]()

    def look_until(self, told: threading.Event) -> bool:
        """Look again when the last look was a while ago; return whether to end."""
        if time.monotonic() - self._looked_at >= LOOK_S:
            self.look()
        return told.is_set()

    def look(self) -> None:
        """Take in what is new and at rest."""
        self._looked_at = time.monotonic()
        for found in self._drop.look(self._looked_at):
            with self._house.database.read() as connection:
                known = intake.is_known(connection, found.identity)
            if not known:
                self._take(found)

    def _take(self, found: Found) -> None:
        try:
            if found.refusal:
                raise found.refusal
            recording = admit_lesson(self._house, found.path, _facts(found))
        except EnvironmentFault as error:  # it stays where it is and is tried again
            self._tell_once(found, error)
            return
        except GuankeError as error:
            self._terminal.error(error)
            self._note(found, None, error)
            return
        self._note(found, recording.id, None)
        self._terminal.say(
            f"已入库：{found.relative}" + ("" if found.matched else "（待认领）"),
            f"taken in: {found.relative}" + ("" if found.matched else " (unmatched)"),
        )
        if self._delete:
            self._remove(found)

    def _tell_once(self, found: Found, error: GuankeError) -> None:
        """Say what keeps a file waiting, not again every two seconds."""
        if (found.identity, error.code) not in self._told:
            self._told.add((found.identity, error.code))
            self._terminal.error(error)

    def _remove(self, found: Found) -> None:
        try:
            found.path.unlink()
        except OSError:
            self._terminal.note(
                f"{found.relative}：已入库，但原文件无法删除，请检查目录权限。",
                f"{found.relative}: taken in, but it can't be deleted; mend the folder's rights.",
            )

    def _note(self, found: Found, recording_id: str | None, error: GuankeError | None) -> None:
        with self._house.database.write() as connection:
            intake.keep(
                connection,
                identity=found.identity,
                name=found.relative,
                details=found.details,
                matched=found.matched,
                recording_id=recording_id,
                error=error,
            )


def _facts(found: Found) -> LessonFacts:
    said = found.details
    period = f" 第{said['period']}节" if said.get("period") else ""
    fallback = f"{said.get('room', '')} {said.get('date', '')}{period}".strip()
    return LessonFacts(
        title=said.get("title") or fallback or PurePath(found.relative).stem,
        teacher=said.get("teacher"),
        subject=said.get("subject"),
        grade=said.get("grade"),
        class_name=said.get("class_name"),
        room=said.get("room"),
        taught_on=lesson_date(said),
    )
