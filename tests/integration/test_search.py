"""Search in the real index: exactly what contains the words, at the moment they are said."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text

from lessons import Span
from storage import recordings, search, tables
from storage.bigrams import fold
from storage.database import Database
from storage.search import Entry, SearchKind, find
from tests.houses import database_at

TEXTS = st.text(
    st.one_of(
        st.sampled_from("二次函数的图像今天我們學習數學老师，。 “”A6bＢ"),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
    ),
    min_size=1,
    max_size=14,
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with one recording."""
    database = database_at(tmp_path_factory.mktemp("search"))
    yield database
    database.close()


@pytest.fixture(scope="module")
def recording_id(database: Database) -> str:
    """The recording that everything is said in."""
    with database.write() as connection:
        recording, _ = recordings.admit(
            connection,
            sha256="ab" * 32,
            size=1,
            file_name="课.mp4",
            media_type="video/mp4",
            language=None,
            actor="test",
        )
    return recording.id


def keep(database: Database, recording_id: str, texts: list[str]) -> None:
    """Let these texts, and nothing else, be found."""
    with database.write() as connection:
        connection.execute(delete(tables.search_entry))
        entries = [
            Entry(
                subject_id=str(number),
                recording_id=recording_id,
                span=Span(start_ms=number * 1000, end_ms=number * 1000 + 900),
                text=said,
            )
            for number, said in enumerate(texts)
        ]
        search.put(connection, SearchKind.UTTERANCE, entries)


def found(database: Database, query: str) -> list[int]:
    """Return the numbers of the texts that are found."""
    with database.read() as connection:
        return [int(hit.subject_id) for hit in find(connection, query, limit=1000)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, min_size=1, max_size=6), st.data())
def test_a_run_of_characters_finds_exactly_what_contains_it(
    database: Database, recording_id: str, texts: list[str], data: st.DataObject
) -> None:
    """Any stretch of Han characters of a text finds that text, and no text without it."""
    keep(database, recording_id, texts)
    said = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(said) - 1))
    query = said[start : start + data.draw(st.integers(1, 6))]
    if not all("一" <= character <= "龥" for character in query):
        return
    wanted = [n for n, each in enumerate(texts) if fold(query) in fold(each)]
    assert found(database, query) == wanted


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("函数", [0, 1]),
        ("函數", [0, 1]),
        ("数", [0, 1, 2]),
        ("二次函数", [0]),
        ("函数 今天", [1]),
        ("geogebra", [3]),
        ("ＧＥＯ", [3]),
        ("a6课堂", [3]),
        ("函数数据", []),
        ("！？", []),
        ('" OR 数*', []),
    ],
)
def test_words_of_one_two_and_more_characters(
    database: Database, recording_id: str, query: str, numbers: list[int]
) -> None:
    """Single characters, pairs, phrases, Latin words, and signs that mean something in SQL."""
    keep(
        database,
        recording_id,
        ["二次函数的图像", "今天学函数，数据很多", "数学", "用 GeoGebra 打开A6课堂"],
    )
    assert found(database, query) == numbers


def test_pages_follow_one_another(database: Database, recording_id: str) -> None:
    """Each page starts after the one before it, and none is lost or shown twice."""
    keep(database, recording_id, ["数"] * 25)
    seen: list[str] = []
    cursor = None
    with database.read() as connection:
        while page := find(connection, "数", limit=7, after=cursor):
            seen += [hit.subject_id for hit in page]
            cursor = page[-1].cursor
    assert seen == [str(n) for n in range(25)]


def test_what_is_erased_is_nowhere_in_the_index(tmp_path: Path) -> None:
    """With its recording, a text leaves the index too, through the foreign key."""
    database = database_at(tmp_path)
    with database.write() as connection:
        recording, _ = recordings.admit(
            connection,
            sha256="cd" * 32,
            size=1,
            file_name="课.mp4",
            media_type="video/mp4",
            language=None,
            actor="test",
        )
    keep(database, recording.id, ["机密"])
    with database.write() as connection:
        connection.execute(delete(tables.recording))
        index = "search_grams_docsize" if database.is_sqlite else "search_entry"  # holds its own
        assert connection.execute(text(f"SELECT count(*) FROM {index}")).scalar_one() == 0
        if not database.is_sqlite:
            return
        connection.execute(
            text("INSERT INTO search_grams(search_grams) VALUES ('integrity-check')")
        )
