"""Backups by the command: made beside the work, proved, brought back, and used to mend."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import insert, select, update

from guanke.backups import last_backup
from guanke.cli import main
from guanke.house import House, open_house
from guanke.settings import Settings
from lessons import NoticeKind, StepState
from storage import tables
from storage.columns import metadata
from storage.janitor import Findings, fsck
from storage.vault import sha256_of
from tests.media import X264, make_lesson, moving

LADDER = {"GUANKE_LADDER": "[90]"}


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def guanke(data: Path, *arguments: str, **environment: str) -> Said:
    """Run the command to its end, in this process: a start costs more than what most of them do."""
    stdout, stderr = io.StringIO(), io.StringIO()
    told = {"LANG": "zh_CN.UTF-8"} | environment
    with (
        mock.patch.dict(os.environ, told),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        code = main([*arguments, "--data", str(data)])
    # A narrow terminal wraps what it is told.
    return Said(code, stdout.getvalue(), stderr.getvalue().replace("\n", ""))


def processed(data: Path, film: Path) -> None:
    """Let real workers bring a recording to its end."""
    command = [sys.executable, "-m", "guanke", "process", str(film), "--data", str(data)]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | LADDER)


def house_of(data: Path) -> House:
    """Open a data folder."""
    return open_house(Settings(data=data))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A data folder with one silent lesson in it, processed by the real steps, and the lesson."""
    folder = tmp_path_factory.mktemp("original")
    film = make_lesson(folder, "lesson.mp4", picture=moving(4), options=(*X264, "-g", "50"))
    processed(folder / "data", film)
    return folder / "data", film


@pytest.fixture
def data(original: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of it, to be broken."""
    return Path(shutil.copytree(original[0], tmp_path / "data"))


@pytest.fixture
def nas(tmp_path: Path) -> Path:
    """A folder on another disk."""
    return tmp_path / "nas"


def objects(data: Path) -> dict[str, str]:
    """Return (name: SHA-256 of its bytes) of every object."""
    return {p.name: sha256_of(p) for p in (data / "objects" / "sha256").glob("??/*")}


def rows(data: Path) -> dict[str, list[Any]]:
    """Return what the database knows, but for what a restore voids."""
    with house_of(data).database.read() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table)).all()]
            for name, table in metadata.tables.items()
            if name not in ("session", "step", "upload")
        }


def test_a_backup_comes_back_as_it_was(data: Path, nas: Path, tmp_path: Path) -> None:
    """Every row and every byte; who was signed in is not any more, who worked does not any more."""
    house = house_of(data)
    with house.database.write() as connection:
        step = connection.execute(select(tables.step.c.id)).scalars().first()
        held = {"state": StepState.RUNNING, "lease_owner": "gone:1:", "lease_until_ms": 1}
        connection.execute(update(tables.step).where(tables.step.c.id == step).values(**held))
    made = guanke(data, "backup", str(nas), "--begin")
    assert made.returncode == 0, made.stderr
    again = guanke(data, "backup", str(nas), LANG="en_US.UTF-8")
    assert "0.0 MB of them new" in again.stdout
    assert len(guanke(data, "backup", str(nas), "--list").stdout.splitlines()) == 2
    assert "逐字节核对无误" in guanke(data, "backup", str(nas), "--rehearse").stdout

    back = tmp_path / "back"
    restored = guanke(back, "restore", str(nas))
    assert restored.returncode == 0, restored.stderr
    assert objects(back) == objects(data)
    assert rows(back) == rows(data)
    assert sorted(p.name for p in (back / "secrets").iterdir()) == sorted(
        p.name for p in (data / "secrets").iterdir()
    )
    assert not list(back.rglob("*.partial"))
    with house_of(back).database.read() as connection:
        states = connection.execute(select(tables.step.c.state, tables.step.c.lease_owner)).all()
    assert (StepState.READY, None) in [tuple(row) for row in states]
    assert StepState.RUNNING not in [row.state for row in states]
    refused = guanke(back, "restore", str(nas))
    assert refused.returncode == 2
    assert "不是空目录" in refused.stderr


def test_only_what_no_backup_names_is_let_go(data: Path, nas: Path) -> None:
    """An object that left the house stays as long as an older backup that names it does."""
    guanke(data, "backup", str(nas), "--begin")
    house = house_of(data)
    with house.database.write() as connection:
        connection.execute(tables.artifact.delete().where(tables.artifact.c.role == "poster"))
    assert guanke(data, "fsck", "--clear").returncode == 0
    kept = set(objects(nas))
    assert guanke(data, "backup", str(nas)).returncode == 0
    assert set(objects(nas)) == kept  # two backups of one day

    older = min((nas / "snapshots").iterdir())
    older.rename(older.with_name("20200101T000000Z"))
    assert (
        "按保留规则删除：20200101T000000Z"
        in guanke(data, "backup", str(nas), GUANKE_BACKUP_KEEP="1d").stdout
    )
    assert set(objects(nas)) == set(objects(data)) < kept


def test_a_place_that_is_none(data: Path, nas: Path, tmp_path: Path) -> None:
    """Not mounted, another server's, within the data, unnamed: each is refused with its reason."""
    assert "请指定备份目录" in guanke(data, "backup").stderr
    inside = guanke(data, "backup", str(data / "copies"), "--begin")
    assert (inside.returncode, "位于数据目录内" in inside.stderr) == (2, True)
    nas.mkdir()
    unmounted = guanke(data, "backup", str(nas))
    assert (unmounted.returncode, "是否已挂载" in unmounted.stderr) == (4, True)
    assert not list(nas.iterdir())
    (nas / "guanke-backup.json").write_text(json.dumps({"format": 1, "house": "other"}))
    assert "另一台服务器的备份" in guanke(data, "backup", str(nas)).stderr
    said = last_backup(data)
    assert said is not None
    assert (said.error_code, said.done_at) == ("backup-of-another", None)
    assert guanke(tmp_path / "new", "restore", str(tmp_path / "nothing")).returncode == 4


def test_administrators_hear_of_a_failure(data: Path, nas: Path) -> None:
    """A notice says which folder it is."""
    house = house_of(data)
    with house.database.write() as connection:
        school = connection.execute(select(tables.school_group.c.id)).scalar_one()
        person = {"id": "p", "name": "管", "staff_number": "A1", "roles": ["administrator"]}
        connection.execute(
            insert(tables.person).values(
                **person, points=[], school_group_id=school, created_at=datetime.now(UTC)
            )
        )
    guanke(data, "backup", GUANKE_BACKUP_TO=str(nas))
    with house.database.read() as connection:
        (notice,) = connection.execute(select(tables.notice)).all()
    assert notice.kind == NoticeKind.BACKUP_FAILED
    assert notice.facts == {"title": str(nas)}


def test_a_rotten_backup_is_seen_and_mended(data: Path, nas: Path) -> None:
    """The rehearsal finds it; the next backup copies it again."""
    guanke(data, "backup", str(nas), "--begin")
    rotten = max((nas / "objects" / "sha256").glob("??/*"), key=lambda p: p.stat().st_size)
    raw = bytearray(rotten.read_bytes())
    raw[len(raw) // 2] ^= 1
    rotten.write_bytes(raw)
    found = guanke(data, "backup", str(nas), "--rehearse")
    assert (found.returncode, f"损坏：{rotten.name}" in found.stdout) == (4, True)
    assert guanke(data, "backup", str(nas)).returncode == 0
    assert guanke(data, "backup", str(nas), "--rehearse").returncode == 0
    database = max((nas / "snapshots").iterdir()) / "guanke.db"
    database.write_bytes(database.read_bytes()[:-1])
    torn = guanke(data, "backup", str(nas), "--rehearse")
    assert (torn.returncode, "此备份不完整" in torn.stderr) == (4, True)


def test_planted_faults_are_found_and_mended(
    data: Path, nas: Path, original: tuple[Path, Path]
) -> None:
    """A missing object, wrong bytes, an unnamed object: from the backup, or made again."""
    house = house_of(data)
    guanke(data, "backup", str(nas), "--begin")
    with house.database.read() as connection:
        by_role = {a.role: a.digest for a in connection.execute(select(tables.artifact)).all()}
    store = data / "objects" / "sha256"
    place = {role: store / digest[:2] / digest for role, digest in by_role.items()}
    (unnamed := store / "ab" / ("ab" * 32)).parent.mkdir(exist_ok=True)
    unnamed.write_bytes(b"left over")
    place["poster"].unlink()
    place["original"].chmod(0o600)
    raw = place["original"].read_bytes()
    place["original"].write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))

    seen = guanke(data, "fsck", "--deep")
    assert seen.returncode == 4
    for word, digest in (
        ("缺失", by_role["poster"]), ("损坏", by_role["original"]), ("无人引用", unnamed.name),
    ):  # fmt: skip
        assert f"{word}：{digest}" in seen.stdout
    alone = guanke(data, "fsck", "--deep", "--repair")
    assert alone.returncode == 4
    assert f"将重新生成：{by_role['poster']}" in alone.stdout
    assert f"无法修复：{by_role['original']}" in alone.stdout
    helped = guanke(data, "fsck", "--deep", "--clear", "--repair", "--from", str(nas))
    assert helped.returncode == 0
    assert f"已从备份取回：{by_role['original']}" in helped.stdout
    processed(data, original[1])  # the queue is worked off
    assert fsck(house.database, house.store, deep=True) == Findings()
    assert set(by_role.values()) <= set(objects(data))
