"""Kills a process at each point where something is made to last, the first time it comes there.

The points are found, not listed: whatever calls fsync, link, rename or replace of the operating
system, commits a transaction or writes to an S3 store is one before and one after the deed, named
by the code that does it. So a new one joins by itself.
"""

import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minio import Minio
from sqlalchemy.engine.default import DefaultDialect

from storage import leases
from storage.database import Database
from storage.folder import FolderStore
from storage.s3 import S3Place, S3Store
from tests.river import OWNER, River

ROOT = Path(__file__).resolve().parents[1]
ROOMS = tuple(
    f"{ROOT / room}/" for room in ("lessons", "storage", "processing", "ingest", "guanke")
)
DOORS = {"storage/durable.py", "storage/database.py"}  # many go through: who goes is the point
WRITES = {"PUT", "POST", "DELETE"}
MOST = 300  # crashes; far more than there are points


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a process needs to go on where the last one was killed."""

    folder: Path
    film: Path
    models: Path
    database: str
    s3: S3Place | None

    @property
    def crashed(self) -> Path:
        """The file with the points that killed a process, one a line."""
        return self.folder / "crashed"

    def river(self) -> River:
        """Return the river over this scene's database and store."""
        store = S3Store(self.s3) if self.s3 else FolderStore(self.folder / "objects")
        return River(
            database=Database(self.database), store=store, folder=self.folder, models=self.models
        )


def crash_everywhere(scene: Scene) -> list[str]:
    """Run the river, killed at every point once, until it ends; return the points in order."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crashing"])
    for _ in range(MOST):
        process = context.Process(target=go_on, args=(scene,))
        process.start()
        process.join()
        if process.exitcode == 0:
            return scene.crashed.read_text(encoding="utf-8").splitlines()
        assert process.exitcode == -signal.SIGKILL, process.exitcode
        shutil.rmtree(scene.folder / "scratch", ignore_errors=True)  # as the supervisor does
    raise AssertionError("it never came to an end")


def go_on(scene: Scene) -> None:
    """Free what the dead one held, as a supervisor does, and run on to the next new point."""
    known = scene.crashed.read_text(encoding="utf-8").split("\n") if scene.crashed.exists() else []
    notes = os.open(scene.crashed, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    seen = set(known)

    def reached(point: str) -> None:
        if point not in seen:
            os.write(notes, f"{point}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    watch(reached)
    river = scene.river()
    with river.database.write() as connection:
        leases.release_all(connection, OWNER)
    river.run(scene.film)
    river.database.close()


def watch(reached: Callable[[str], None]) -> None:
    """Call `reached` before and after everything that makes something last, in this process."""

    def cross(owner: Any, name: str, verb: Callable[..., str | None]) -> None:
        deed = getattr(owner, name)

        def crossing(*args: Any, **options: Any) -> Any:
            what, who = verb(*args, **options), by_whom()
            if what is None or who is None:
                return deed(*args, **options)
            reached(f"before {what} {who}")
            done = deed(*args, **options)
            reached(f"after {what} {who}")
            return done

        setattr(owner, name, crossing)

    for name in ("fsync", "fdatasync", "link", "rename", "replace"):
        cross(os, name, lambda *_, verb=name, **__: verb)
    for dialect in {DefaultDialect, *_dialects()}:
        cross(dialect, "do_commit", lambda *_: "commit")
    cross(Minio, "_url_open", lambda _, method, *__, **___: method if method in WRITES else None)


def _dialects() -> Iterator[type[DefaultDialect]]:
    for kind in DefaultDialect.__subclasses__():
        for one in (kind, *kind.__subclasses__()):
            if "do_commit" in vars(one):
                yield one


def by_whom() -> str | None:
    """Return which of our functions makes something last; None where it only reads, or is none."""
    frame, named = sys._getframe(1), list[str]()
    while frame.f_back is not None:
        frame = frame.f_back
        code = frame.f_code
        if not code.co_filename.startswith(ROOMS):
            continue
        place = str(Path(code.co_filename).relative_to(ROOT))
        if place == "storage/database.py" and code.co_name == "read":
            return None
        named.append(f"{place}:{code.co_name}")
        if place not in DOORS:
            return " < ".join(named)
    return None
