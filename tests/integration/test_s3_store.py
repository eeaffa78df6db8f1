"""What only an S3 store has: parts, presigned addresses, keys, and a line that may break."""

import hashlib
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from lessons.errors import ObjectMissing
from lessons.outages import ChangedWhileSent, ObjectDamaged, StoreRefused, StoreUnreachable
from storage.s3 import S3Store
from tests.houses import bucket
from tests.servers import Server, free_port


def put(store: S3Store, folder: Path, content: bytes) -> str:
    """Put `content` and return its digest."""
    path = folder / "object.in"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    store.put(path, digest)
    return digest


@pytest.fixture
def store(s3_server: Server) -> S3Store:
    """A bucket that is not there yet, with the smallest parts S3 allows."""
    return S3Store(replace(bucket(s3_server), part_bytes=5 << 20))


def test_a_long_file_goes_in_parts_and_comes_back_whole(store: S3Store, tmp_path: Path) -> None:
    """Also by ranges across the borders of its parts; nothing half-sent stays."""
    content = bytes(range(256)) * (11 << 12)  # 11 MiB: three parts
    digest = put(store, tmp_path, content)
    assert store.size(digest) == len(content)
    border = 5 << 20
    assert b"".join(store.read(digest, border - 3, 7)) == content[border - 3 : border + 4]
    (tmp_path / "scratch").mkdir()
    fetched = store.fetch(digest, tmp_path / "scratch")
    assert fetched.read_bytes() == content
    assert store.sweep(0) == 0


def test_a_presigned_address_opens_one_blob_for_a_while(store: S3Store, tmp_path: Path) -> None:
    """With ranges and a Chinese file name; without the signature nothing opens."""
    digest = put(store, tmp_path, b"0123456789")
    address = store.link(digest, seconds=60, download_as="二次函数.mp4")
    part = httpx.get(address, headers={"range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    assert "%E4%BA%8C" in part.headers["content-disposition"]
    assert httpx.get(address.partition("?")[0]).status_code == 403
    assert httpx.get(f"{store.place.address}/{store.place.bucket}/").status_code == 403


def test_wrong_keys_are_refused_and_say_so(store: S3Store, tmp_path: Path) -> None:
    """For good: trying again would not help."""
    put(store, tmp_path, b"there")
    stranger = S3Store(replace(store.place, secret_key="guessed"))
    with pytest.raises(StoreRefused, match=store.place.bucket) as refused:
        put(stranger, tmp_path, b"other")
    assert "guessed" not in str(refused.value) + repr(refused.value.facts)


def test_a_store_that_is_away_says_so_and_is_not_empty(tmp_path: Path, store: S3Store) -> None:
    """Nobody may take silence for "it is not there"."""
    away = S3Store(replace(store.place, address=f"http://127.0.0.1:{free_port()}", patience_s=1.0))
    digest = "0" * 64
    for door in (
        lambda: put(away, tmp_path, b"lost?"),
        lambda: away.has(digest),
        lambda: away.size(digest),
        lambda: list(away.read(digest)),
        lambda: away.fetch(digest, tmp_path),
        lambda: away.delete(digest),
        lambda: away.sweep(0),
        lambda: list(away.objects()),
    ):
        with pytest.raises(StoreUnreachable, match="no connection"):
            door()


def test_a_file_that_is_not_its_digest_is_not_kept(store: S3Store, tmp_path: Path) -> None:
    """Its bytes changed since they were hashed."""
    path = tmp_path / "changed"
    path.write_bytes(b"after")
    digest = hashlib.sha256(b"before").hexdigest()
    with pytest.raises(ChangedWhileSent):
        store.put(path, digest)
    with pytest.raises(ObjectMissing):
        store.size(digest)


def test_bytes_that_rotted_in_the_store_are_not_worked_on(store: S3Store, tmp_path: Path) -> None:
    """What comes back is held against its name."""
    digest = put(store, tmp_path, b"as it was put")
    key = f"sha256/{digest[:2]}/{digest}"
    rotten = tmp_path / "rotten"
    rotten.write_bytes(b"as it is now!")
    store._client.fput_object(store.place.bucket, key, str(rotten))
    with pytest.raises(ObjectDamaged, match=digest):
        store.fetch(digest, tmp_path)
    assert not list(tmp_path.glob("*.partial"))
