"""Admits a file at the command line, with a lesson around it."""

from pathlib import Path

from guanke.house import House
from guanke.lock import FolderLock
from ingest.admit import admit_file
from ingest.names import shown_name
from lessons import Recording
from lessons.errors import DataFolderInUse, EnvironmentFault
from lessons.records import LessonFacts
from storage import lessons as kept_lessons
from storage import people, steps
from storage.migrate import migrate

ACTOR = "command"


def make_ready(house: House) -> None:
    """Bring the tables up to date, unless a server that has done so is at work."""
    try:
        with FolderLock(house.settings.folder):
            migrate(house.database)
            with house.database.write() as connection:
                steps.revive(connection, [e.code for e in EnvironmentFault.kinds()])
    except DataFolderInUse:
        return


def admit_lesson(
    house: House, path: Path, facts: LessonFacts, *, language: str | None = None
) -> Recording:
    """Admit one file; a recording that no lesson holds yet gets one that covers all of it."""
    recording, _ = admit_file(
        path,
        database=house.database,
        store=house.store,
        uploads=house.uploads,
        file_name=shown_name(path.name),
        language=language,
        actor=ACTOR,
    )
    with house.database.write() as connection:
        teacher_id = people.whose(connection, ACTOR, facts.teacher)
        kept_lessons.of_recording(connection, recording, facts, actor=ACTOR, teacher_id=teacher_id)
    return recording
