"""What every object store promises, tried on each there is."""

import hashlib
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lessons.errors import ObjectMissing
from storage.folder import FolderStore
from storage.objects import ObjectStore
from storage.s3 import S3Store
from tests.houses import bucket


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """Each kind of store in turn, empty."""
    if request.param == "folder":
        return FolderStore(tmp_path / "objects")
    return S3Store(bucket(request.getfixturevalue("s3_server")))


def put(store: ObjectStore, folder: Path, content: bytes) -> str:
    """Put `content` and return its digest."""
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{digest}.in"
    path.write_bytes(content)
    store.put(path, digest)
    return digest


def test_what_was_put_is_read_back(store: ObjectStore, tmp_path: Path) -> None:
    """The bytes, their number and a local file of them."""
    digest = put(store, tmp_path, "一节课".encode())
    assert b"".join(store.read(digest)) == "一节课".encode()
    assert store.size(digest) == 9
    assert store.has(digest)
    assert store.fetch(digest, tmp_path).read_bytes() == "一节课".encode()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=3000),
    start=st.integers(0, 3000),
    length=st.none() | st.integers(0, 3000),
)
def test_any_range_is_that_slice(
    store: ObjectStore, tmp_path: Path, content: bytes, start: int, length: int | None
) -> None:
    """Reading from `start` gives what slicing gives."""
    digest = put(store, tmp_path, content)
    end = None if length is None else start + length
    assert b"".join(store.read(digest, start, length)) == content[start:end]


def test_putting_twice_is_putting_once(store: ObjectStore, tmp_path: Path) -> None:
    """The same bytes are one object."""
    digest = put(store, tmp_path, b"twice")
    assert put(store, tmp_path, b"twice") == digest
    assert [o.digest for o in store.objects()] == [digest]


def test_what_is_not_there_says_so(store: ObjectStore, tmp_path: Path) -> None:
    """Every door names the digest that is missing."""
    digest = "0" * 64
    assert not store.has(digest)
    store.delete(digest)
    for door in (
        lambda: store.size(digest),
        lambda: list(store.read(digest)),
        lambda: store.fetch(digest, tmp_path),
    ):
        with pytest.raises(ObjectMissing, match=digest):
            door()


def test_a_deleted_object_is_gone(store: ObjectStore, tmp_path: Path) -> None:
    """And it is not listed any more."""
    digest = put(store, tmp_path, b"gone soon")
    store.delete(digest)
    assert not store.has(digest)
    assert not list(store.objects())


def test_what_a_killed_put_left_is_no_object_and_is_swept(
    store: ObjectStore, tmp_path: Path
) -> None:
    """What was half-written is never listed, and goes when it is old enough."""
    kept = put(store, tmp_path, b"kept")
    leave_half(store)
    assert [o.digest for o in store.objects()] == [kept]
    assert store.sweep(3600) == 0
    assert store.sweep(0) == 1
    assert store.sweep(0) == 0
    assert store.has(kept)


def leave_half(store: ObjectStore) -> None:
    """Leave in a store what a `put` leaves that is killed half-way."""
    digest = "ab" * 32
    if isinstance(store, FolderStore):
        place = store.folder / "sha256" / "ab"
        place.mkdir(exist_ok=True)
        (place / f"{digest}.x.partial").write_bytes(b"hal")
        return
    assert isinstance(store, S3Store)
    store._client._create_multipart_upload(store.place.bucket, f"sha256/ab/{digest}", {})


def test_a_listing_tells_size_and_age(store: ObjectStore, tmp_path: Path) -> None:
    """What was just put is young."""
    put(store, tmp_path, b"four")
    (found,) = store.objects()
    assert found.bytes == 4
    assert found.age_s < 60


def test_putting_again_makes_it_young(store: ObjectStore, tmp_path: Path) -> None:
    """So that the janitor leaves what a step is about to name."""
    digest = put(store, tmp_path, b"renewed")
    if isinstance(store, FolderStore):
        os.utime(store._place(digest), (1, 1))
    else:
        assert isinstance(store, S3Store)
        store = S3Store(replace(store.place, renew_after_s=0.0))
        time.sleep(1.1)  # S3 counts in seconds
    (old,) = store.objects()
    put(store, tmp_path, b"renewed")
    (young,) = store.objects()
    assert young.age_s < old.age_s
    assert b"".join(store.read(digest)) == b"renewed"
