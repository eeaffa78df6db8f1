"""Taking files in: once, whole, and without a word lost."""

import os
import tempfile
from pathlib import Path

import pytest

from guanke.admission import admit_lesson, make_ready
from guanke.commands.watch import PATTERNS, Watcher
from guanke.console import Terminal
from guanke.house import House, open_house
from guanke.settings import Settings
from ingest.drop_folder import DropFolder, lesson_date
from lessons.errors import (
    BadPattern,
    DataFolderUnusable,
    MediaEmpty,
    MediaMissing,
    MediaRefused,
    SourceUnreadable,
)
from lessons.records import LessonFacts
from storage import intake, janitor, lessons, recordings, steps
from storage.lessons import LessonFilter
from tests.unprivileged import unprivileged


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A fresh data folder."""
    house = open_house(Settings(data=tmp_path / "data"))
    make_ready(house)
    return house


def file_of(folder: Path, name: str, content: bytes = b"a recording") -> Path:
    """Write a file below `folder`."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_the_same_bytes_are_one_recording_and_one_lesson(house: House, tmp_path: Path) -> None:
    """Whatever they are called."""
    one = admit_lesson(house, file_of(tmp_path, "一.mp4"), LessonFacts(title="一"))
    two = admit_lesson(house, file_of(tmp_path, "$(二);&|.mp4"), LessonFacts(title="二"))
    assert one.id == two.id
    with house.database.read() as connection:
        assert [s.kind for s in steps.of_recording(connection, one.id)] == ["probe"]
        assert [x.title for x in lessons.page(connection, LessonFilter())] == ["一"]
    assert [o.digest for o in house.store.objects()] == [one.sha256]
    assert not list(house.uploads.iterdir())
    assert janitor.fsck(house.database, house.store, deep=True) == janitor.Findings()


def test_what_is_no_file_is_refused_with_its_cause(house: House, tmp_path: Path) -> None:
    """Missing, empty, or a folder: nothing is kept of it."""
    for path, error in (
        (tmp_path / "nothing.mp4", MediaMissing),
        (file_of(tmp_path, "empty.mp4", b""), MediaEmpty),
        (tmp_path, MediaRefused),
    ):
        with pytest.raises(error, match=path.name):
            admit_lesson(house, path, LessonFacts(title="x"))
    with house.database.read() as connection:
        assert not recordings.page(connection)


def test_fsck_names_each_planted_fault(house: House, tmp_path: Path) -> None:
    """An object gone, bytes changed, an object nobody names, an audit line rewritten."""
    kept = [
        admit_lesson(house, file_of(tmp_path, f"{n}.mp4", bytes([n]) * 9), LessonFacts(title="x"))
        for n in (1, 2)
    ]
    house.store.delete(kept[0].sha256)
    damaged = house.store.fetch(kept[1].sha256, tmp_path)
    damaged.chmod(0o600)
    damaged.write_bytes(b"123456789")
    orphan = file_of(tmp_path, "orphan.bin", b"nobody's")
    house.store.put(orphan, "f" * 64)
    with house.database.write() as connection:
        connection.exec_driver_sql("UPDATE audit SET subject = 'x' WHERE id = 1")
    found = janitor.fsck(house.database, house.store, deep=True)
    assert found.missing == (kept[0].sha256,)
    assert found.damaged == (kept[1].sha256,)
    assert found.orphans == ("f" * 64,)
    assert found.broken_audit_lines == (1,)
    assert janitor.clear_orphans(house.database, house.store, older_than_s=3600) == 0
    assert janitor.clear_orphans(house.database, house.store, older_than_s=0) == 1


# --- the drop folder ---------------------------------------------------------------------------


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """An empty drop folder."""
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def test_a_file_is_taken_when_it_rests_and_only_once(house: House, drop: Path) -> None:
    """A file that still grows is left alone; one that was taken is not taken again."""
    path = file_of(drop, "301教室/2026-11-23/第3节.mp4", b"first half")
    folder = DropFolder(drop, PATTERNS, stable_s=10)
    assert not list(folder.look(0))
    path.write_bytes(b"first half and second half")
    assert not list(folder.look(11))
    (found,) = folder.look(22)
    assert dict(found.details) == {"room": "301教室", "date": "2026-11-23", "period": "3"}
    assert found.matched
    watcher = Watcher(DropFolder(drop, PATTERNS, stable_s=0), house, Terminal("zh"), delete=False)
    for _ in range(4):
        watcher.look()
    with house.database.read() as connection:
        (kept,) = recordings.page(connection)
        (lesson,) = lessons.page(connection, LessonFilter())
    assert kept.bytes == 26
    assert (lesson.room, str(lesson.taught_on)) == ("301教室", "2026-11-23")
    assert path.exists()


def test_links_are_refused_and_nothing_outside_is_read(
    house: House, drop: Path, tmp_path: Path
) -> None:
    """A link to a file or a folder outside gives no recording, and is written down."""
    secret = file_of(tmp_path, "secret/film.mp4")
    (drop / "link.mp4").symlink_to(secret)
    (drop / "folder").symlink_to(secret.parent)
    watcher = Watcher(DropFolder(drop, PATTERNS, stable_s=0), house, Terminal("zh"), delete=True)
    watcher.look()
    watcher.look()
    with house.database.read() as connection:
        assert not recordings.page(connection)
        refused = {i.name: i.error_code for i in intake.unmatched(connection)}
    assert refused == {"link.mp4": "media-refused", "folder": "media-refused"}
    assert secret.exists()


def test_a_side_car_stands_above_the_name_and_a_broken_one_is_refused(
    house: House, drop: Path
) -> None:
    """What the recorder wrote down is believed; nonsense is not guessed at."""
    file_of(drop, "a.mp4")
    file_of(drop, "a.json", '{"teacher": "李老师", "title": "分数", "pin": 1}'.encode())
    file_of(drop, "b.mp4", b"another")
    file_of(drop, "b.json", b"{")
    watcher = Watcher(DropFolder(drop, PATTERNS, stable_s=0), house, Terminal("zh"), delete=False)
    watcher.look()
    watcher.look()
    with house.database.read() as connection:
        (lesson,) = lessons.page(connection, LessonFilter())
        (refused,) = intake.unmatched(connection)
    assert (lesson.teacher, lesson.title) == ("李老师", "分数")
    assert (refused.name, refused.error_code) == ("b.mp4", "side-car-unreadable")


def test_a_file_that_tells_nothing_waits_to_be_claimed(house: House, drop: Path) -> None:
    """It is taken in all the same, and stands in the unmatched tray."""
    path = file_of(drop, "REC0001.mp4")
    watcher = Watcher(DropFolder(drop, PATTERNS, stable_s=0), house, Terminal("zh"), delete=True)
    watcher.look()
    watcher.look()
    with house.database.read() as connection:
        (waiting,) = intake.unmatched(connection)
        assert recordings.get(connection, waiting.recording_id or "").file_name == "REC0001.mp4"
    assert not path.exists()  # because the operator said so


def test_a_pattern_that_cannot_work_is_refused_at_once(drop: Path) -> None:
    """Not when the first file comes."""
    for pattern in ("(", r"(?P<salary>\d+)", r"\d+"):
        with pytest.raises(BadPattern):
            DropFolder(drop, [pattern])


@pytest.mark.parametrize("text", ["2026-11-23", "20261123", "2026_11_23"])
def test_dates_as_recorders_write_them(text: str) -> None:
    """Three ways of one day; nonsense is no day."""
    assert str(lesson_date({"date": text})) == "2026-11-23"
    assert lesson_date({"date": "20261341"}) is None


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """In words, with its name."""
    blocked = tmp_path / "data"
    blocked.write_text("a file where a folder should be")
    with pytest.raises(DataFolderUnusable, match="data"):
        open_house(Settings(data=blocked / "inside"))


def test_a_mended_side_car_is_looked_at_anew(house: House, drop: Path) -> None:
    """The recording beside a broken one waits for that, and is not forgotten."""
    file_of(drop, "课.mp4")
    side_car = file_of(drop, "课.json", b'{"title": ')
    watcher = Watcher(DropFolder(drop, PATTERNS, stable_s=0), house, Terminal("zh"), delete=False)
    for _ in range(3):
        watcher.look()
    with house.database.read() as connection:
        (refused,) = intake.unmatched(connection)
        assert refused.error_code == "side-car-unreadable"
        assert not recordings.page(connection)
    side_car.write_text('{"title": "分数", "teacher": "李老师"}', encoding="utf-8")
    watcher.look()
    with house.database.read() as connection:
        assert [x.title for x in lessons.page(connection, LessonFilter())] == ["分数"]


def test_names_in_gbk_and_names_that_steer_a_terminal_are_shown(house: House, drop: Path) -> None:
    """Recorders on Windows write GBK over FTP; an escape sequence is no part of a name."""
    for name in ("三年级数学.mp4".encode("gbk"), b"a\x1b[31mb.mp4"):
        Path(os.fsdecode(os.fsencode(drop) + b"/" + name)).write_bytes(name)
    watcher = Watcher(DropFolder(drop, PATTERNS, stable_s=0), house, Terminal("zh"), delete=False)
    watcher.look()
    watcher.look()
    with house.database.read() as connection:
        names = {r.file_name for r in recordings.page(connection)}
    assert names == {"三年级数学.mp4", "a\ufffd[31mb.mp4"}


def test_what_cannot_be_read_now_is_read_later(house: House, drop: Path) -> None:
    """A folder that vanished under the watcher, a share that went away: it looks again."""
    file_of(drop, "301/课.mp4")
    watcher = Watcher(DropFolder(drop, PATTERNS, stable_s=0), house, Terminal("zh"), delete=False)
    watcher.look()
    away = drop.with_name("away")
    drop.rename(away)
    watcher.look()
    away.rename(drop)
    watcher.look()
    with house.database.read() as connection:
        assert len(recordings.page(connection)) == 1


def test_rights_that_are_missing_are_named_and_mended() -> None:
    """A file that may not be read waits; one that may not be deleted stays, and is taken once."""
    with tempfile.TemporaryDirectory() as place, unprivileged(Path(place)):
        house = open_house(Settings(data=Path(place) / "data"))
        make_ready(house)
        drop = Path(place) / "drop"
        path = file_of(drop, "课.mp4")
        path.chmod(0)
        watcher = Watcher(
            DropFolder(drop, PATTERNS, stable_s=0), house, Terminal("zh"), delete=True
        )
        watcher.look()
        watcher.look()
        with pytest.raises(SourceUnreadable, match="may not be read"):
            admit_lesson(house, path, LessonFacts(title="x"))
        path.chmod(0o600)
        drop.chmod(0o500)
        for _ in range(3):
            watcher.look()
        drop.chmod(0o700)
        with house.database.read() as connection:
            assert len(recordings.page(connection)) == 1
        assert path.exists()
        house.database.close()


def test_a_data_folder_that_may_not_be_written_is_named() -> None:
    """Before anything is begun, with the folder's name; with its rights back, it is used again."""
    with tempfile.TemporaryDirectory() as place, unprivileged(Path(place)):
        data = Path(place) / "data"
        make_ready(open_house(Settings(data=data)))
        for path in (data, *data.rglob("*")):
            path.chmod(0o500 if path.is_dir() else 0o400)
        with pytest.raises(DataFolderUnusable, match=str(data)):
            make_ready(open_house(Settings(data=data)))
        for path in (data, *data.rglob("*")):
            path.chmod(0o700)
        make_ready(open_house(Settings(data=data)))
