"""A data folder of an earlier program is brought up to date with everything in it."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from lessons.errors import DatabaseTooNew
from lessons.people import FIRST_SCHOOL_GROUP
from storage import audit, lessons, recordings, tables, transcripts
from storage.database import Database
from storage.lessons import LessonFilter
from storage.migrate import MIGRATIONS, migrate, revision_of
from tests import servers

BEFORE_PEOPLE = "0002"
ROWS = (
    "INSERT INTO recording (id, sha256, bytes, file_name, state, created_at) "
    "VALUES ('r1', 'ab', 9, '课.mp4', 'ready', '2026-01-01 08:00:00')",
    "INSERT INTO lesson (id, title, teacher, created_at) "
    "VALUES ('l1', '分数', '王老师', '2026-01-01 08:00:00')",
    "INSERT INTO lesson_part (lesson_id, position, recording_id, start_ms, end_ms) "
    "VALUES ('l1', 0, 'r1', 0, 9000)",
    "INSERT INTO utterance (id, recording_id, start_ms, end_ms, text, words) "
    "VALUES ('u1', 'r1', 0, 900, '同学们好', '[]')",
    "INSERT INTO transcript (recording_id, language, made_by) VALUES ('r1', 'zh', 'x')",
    "INSERT INTO clip (id, recording_id, lesson_id, start_ms, end_ms, title, note, competencies, "
    "state, created_at) VALUES ('c1', 'r1', 'l1', 0, 900, '片段', '', '[]', 'virtual', "
    "'2026-01-01 08:00:00')",
)


@pytest.fixture
def old(tmp_path: Path) -> Database:
    """A database as the program before accounts left it, with a lesson in it."""
    database = Database.at(tmp_path)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.alter() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE_PEOPLE)
    with database.write() as connection:
        for row in ROWS:
            connection.execute(text(row))
    return database


def test_what_was_there_belongs_to_the_first_school(old: Database) -> None:
    """Nothing is lost where tables are written anew: parts, words and clips are still there."""
    migrate(old)
    with old.read() as connection:
        recording = recordings.get(connection, "r1")
        assert recording.school_group_id == FIRST_SCHOOL_GROUP
        (lesson,) = lessons.page(connection, LessonFilter())
        assert (lesson.school_group_id, lesson.teacher_id) == (FIRST_SCHOOL_GROUP, None)
        assert lesson.parts[0].end_ms == 9000
        assert [line.text for line in transcripts.utterances(connection, "r1")] == ["同学们好"]
        assert connection.execute(text("SELECT owner_id FROM clip")).scalar_one() is None
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    assert list(Path(old.url.database or "").parent.glob(f"*-before-{BEFORE_PEOPLE}.db"))
    migrate(old)


def test_the_audit_goes_on_from_where_it_was(old: Database) -> None:
    """Lines from before there were people still follow from one another, and new ones from them."""
    migrate(old)
    with old.write() as connection:
        audit.record(connection, "command", "lesson.make", "l1", title="分数")
    with old.read() as connection:
        assert list(audit.broken_lines(connection)) == []


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind without a table."""
    if request.param == "sqlite":
        database = Database.at(tmp_path)
    else:
        server = request.getfixturevalue("postgresql_server")
        database = Database(servers.new_database(server, f"m{uuid.uuid4().hex}"))
    yield database
    database.close()


def to(database: Database, revision: str) -> None:
    """Bring the tables to a revision."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.alter() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


REVISIONS = [file.name[:4] for file in sorted((MIGRATIONS / "versions").glob("0*.py"))]


def test_from_every_revision_to_the_tables_of_the_program(empty: Database) -> None:
    """What the migrations build and what the program declares is the same, wherever they stopped.

    What only one database has is made by the migration alone: an index and what feeds it.
    """
    for revision in REVISIONS:
        to(empty, revision)
        with empty.read() as connection:
            assert revision_of(connection) == revision
    migrate(empty)

    def ours(name: str | None, kind: str, _: object) -> bool:
        own = str(name).startswith("search_grams") or name in ("tokens", "ix_search_entry_tokens")
        return kind not in ("table", "column", "index") or not own

    with empty.read() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours})
        assert compare_metadata(context, tables.lesson.metadata) == []


def test_a_database_of_a_newer_program_is_left_alone(empty: Database) -> None:
    """On either."""
    migrate(empty)
    with empty.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match="9999"):
        migrate(empty)
