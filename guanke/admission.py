"""Admits a file at the command line, with a lesson around it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from guanke.house import House
from guanke.lock import FolderLock
from ingest.admit import admit_file
from lessons import Lesson, Recording, new_id
from lessons.errors import DataFolderInUse, EnvironmentFault
from storage import lessons as kept_lessons
from storage import steps
from storage.migrate import migrate

ACTOR = "command"


@dataclass(frozen=True, kw_only=True)
class Details:
    """What the operator knows of a lesson."""

    title: str | None = None
    teacher: str | None = None
    subject: str | None = None
    grade: str | None = None
    class_name: str | None = None
    room: str | None = None
    taught_on: date | None = None
    language: str | None = None


def make_ready(house: House) -> None:
    """Bring the tables up to date, unless a server that has done so is at work."""
    try:
        with FolderLock(house.settings.folder):
            migrate(house.database)
            with house.database.write() as connection:
                steps.revive(connection, [e.code for e in EnvironmentFault.kinds()])
    except DataFolderInUse:
        return


def admit_lesson(house: House, path: Path, details: Details) -> Recording:
    """Admit one file; when it is new, a lesson is made that covers all of it."""
    make_ready(house)
    recording, fresh = admit_file(
        path,
        database=house.database,
        store=house.store,
        uploads=house.uploads,
        file_name=path.name,
        language=details.language,
        actor=ACTOR,
    )
    if fresh:
        lesson = Lesson(
            id=new_id(),
            title=details.title or path.stem,
            teacher=details.teacher,
            subject=details.subject,
            grade=details.grade,
            class_name=details.class_name,
            room=details.room,
            taught_on=details.taught_on,
            created_at=datetime.now(UTC),
        )
        with house.database.write() as connection:
            kept_lessons.add(connection, lesson, whole_recording=recording.id, actor=ACTOR)
    return recording
