"""The same film gives the same digests, whatever the records and the bytes are kept in."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import update

from lessons import StepState
from lessons.outages import DatabaseUnreachable, StoreUnreachable
from processing.pipeline import Pipeline
from storage import steps, tables
from storage.database import Database
from storage.folder import FolderStore
from storage.migrate import migrate
from storage.objects import ObjectStore
from storage.s3 import S3Store
from tests import servers
from tests.crashing import Scene, crash_everywhere
from tests.houses import bucket, postgresql_database
from tests.line import Line, line_to
from tests.river import River, make_film

PAIRS = [("sqlite", "s3"), ("postgresql", "folder")]  # both servers: below, with less luck
AWAY_S = 1.5


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short lesson."""
    return make_film(tmp_path_factory.mktemp("film"))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the speech model is put together once for all."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def clean(
    film: Path, models: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, object]]:
    """What comes of it in a school's own folder."""
    folder = tmp_path_factory.mktemp("clean")
    database = Database.at(folder)
    migrate(database)
    river = River(
        database=database, store=FolderStore(folder / "objects"), folder=folder, models=models
    )
    river.run(film)
    river.settled()
    yield river.outcome()
    database.close()


def database_of(kind: str, folder: Path, request: pytest.FixtureRequest) -> Database:
    """Return a new database of this kind."""
    if kind == "postgresql":
        return postgresql_database(request.getfixturevalue("postgresql_server"))
    database = Database.at(folder)
    migrate(database)
    return database


def store_of(kind: str, folder: Path, request: pytest.FixtureRequest) -> ObjectStore:
    """Return a new store of this kind."""
    if kind == "s3":
        return S3Store(bucket(request.getfixturevalue("s3_server")))
    return FolderStore(folder / "objects")


@pytest.mark.parametrize(("database", "store"), PAIRS)
def test_the_same_film_gives_the_same_digests(
    database: str,
    store: str,
    film: Path,
    models: Path,
    clean: Mapping[str, object],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """Every step's output, and every object's bytes; nothing missing, nothing left over."""
    kept = database_of(database, tmp_path, request)
    river = River(
        database=kept, store=store_of(store, tmp_path, request), folder=tmp_path, models=models
    )
    river.run(film)
    assert len(clean) == 9
    assert river.outcome() == clean
    river.settled()
    kept.close()


def test_servers_that_are_away_for_a_while_change_nothing(
    film: Path,
    models: Path,
    clean: Mapping[str, object],
    tmp_path: Path,
    postgresql_server: servers.Server,
    s3_server: servers.Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before a step, while its files are kept, while its record is: it waits and says for what."""
    near = postgresql_database(postgresql_server)
    place = bucket(s3_server)
    with line_to(s3_server.port) as to_store, line_to(postgresql_server.port) as to_database:
        store = S3Store(replace(place, address=f"http://127.0.0.1:{to_store.port}"))
        database = Database(near.url.set(port=to_database.port).render_as_string())
        river = River(database=database, store=store, folder=tmp_path, models=models)
        recording = river.admit(film)

        to_store.cut()  # the first step finds no original
        assert river.work(river.pipeline)
        with database.read() as connection:
            (probe,) = steps.of_recording(connection, recording.id)
        assert (probe.state, probe.error_code) == (StepState.READY, StoreUnreachable.code)
        assert probe.retries == 0  # an outage never uses up a step's tries
        to_store.mend()
        to_database.cut()
        with pytest.raises(DatabaseUnreachable):
            river.work(river.pipeline)
        to_database.mend()

        for line, owner, name in ((to_store, S3Store, "put"), (to_database, Pipeline, "_commit")):
            cut_once(monkeypatch, line, owner, name)
        with database.write() as connection:
            connection.execute(update(tables.step).values(not_before_ms=0))
        river.finish(recording)
        assert (to_store.cuts, to_database.cuts) == (2, 2)
        assert river.outcome() == clean
        river.settled()
        database.close()
    near.close()


def cut_once(patch: pytest.MonkeyPatch, line: Line, owner: type, name: str) -> None:
    """Cut `line` for a while when this is done for the first time."""
    deed, first = getattr(owner, name), iter([True])

    def unlucky(*args: object) -> object:
        if next(first, False):
            line.cut()
            Timer(AWAY_S, line.mend).start()
        return deed(*args)

    patch.setattr(owner, name, unlucky)


@pytest.mark.parametrize("kept_in", ["folder", "servers"])
def test_a_crash_at_every_point_loses_and_doubles_nothing(
    kept_in: str,
    film: Path,
    models: Path,
    clean: Mapping[str, object],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """Before and after every fsync, rename, commit and PUT that the river comes to."""
    kind, other = ("sqlite", "folder") if kept_in == "folder" else ("postgresql", "s3")
    database, store = database_of(kind, tmp_path, request), store_of(other, tmp_path, request)
    scene = Scene(
        folder=tmp_path,
        film=film,
        models=models,
        database=database.url.render_as_string(),
        s3=store.place if isinstance(store, S3Store) else None,
    )
    points = crash_everywhere(scene)
    assert len(points) == len(set(points)) > 12
    deeds = {" ".join(point.split()[:2]) for point in points}
    made = ("commit", "fsync", "link", "replace") if other == "folder" else ("commit", "PUT")
    assert deeds >= {f"{when} {what}" for when in ("before", "after") for what in made}
    river = scene.river()
    assert river.outcome() == clean
    river.settled()
    river.database.close()
    database.close()
