"""Which database and store the settings name, and that no secret is handed on or shown."""

from pathlib import Path

import pytest

from guanke.district import database_of, store_of
from guanke.settings import Settings, read_settings
from lessons.errors import BadSetting
from storage.folder import FolderStore
from storage.s3 import S3Store

ADDRESS = "postgresql://guanke@db.school.cn:5432/guanke"


def test_a_school_keeps_everything_in_its_folder(tmp_path: Path) -> None:
    """Without a word about servers."""
    settings = Settings(data=tmp_path)
    assert database_of(settings).is_sqlite
    assert isinstance(store_of(settings), FolderStore)


def test_a_district_reads_its_secrets_from_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are in no environment of a child, no message and no representation."""
    for name in ("database_password", "store_access_key", "store_secret_key"):
        (tmp_path / f"guanke_{name}").write_text(f"hidden-{name}\n", encoding="utf-8")
    monkeypatch.setenv("GUANKE_SECRETS", str(tmp_path))
    monkeypatch.setenv("GUANKE_DATABASE", ADDRESS)
    monkeypatch.setenv("GUANKE_STORE", "https://s3.school.cn:9000/guanke")
    settings = read_settings(data=tmp_path)
    database, store = database_of(settings), store_of(settings)
    assert database.url.password == "hidden-database_password"
    assert isinstance(store, S3Store)
    assert store.place.secret_key == "hidden-store_secret_key"
    assert str(store.place) == "https://s3.school.cn:9000/guanke"
    shown = [settings, store.place, database.place, settings.environment(), database.url]
    assert "hidden" not in "".join(map(repr, shown))


@pytest.mark.parametrize(
    "address", ["mysql://db/guanke", "postgresql://db", "sqlite:///x.db", "not an address"]
)
def test_a_database_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    """By the name of the setting and what it should look like."""
    with pytest.raises(BadSetting, match=r"GUANKE_DATABASE .*postgresql://"):
        database_of(Settings(data=tmp_path, database=address))


@pytest.mark.parametrize("address", ["s3.school.cn/guanke", "https://s3.school.cn", "ftp://s/b"])
def test_a_store_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    """Likewise."""
    with pytest.raises(BadSetting, match=r"GUANKE_STORE .*https://"):
        store_of(Settings(data=tmp_path, store=address))


def test_a_store_needs_its_keys(tmp_path: Path) -> None:
    """Which one is missing is said."""
    with pytest.raises(BadSetting, match="GUANKE_STORE_ACCESS_KEY"):
        store_of(Settings(data=tmp_path, store="https://s3.school.cn/guanke"))


def test_a_folder_of_secrets_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of starting without them."""
    monkeypatch.setenv("GUANKE_SECRETS", "missing")
    with pytest.raises(BadSetting, match="GUANKE_SECRETS"):
        read_settings()
