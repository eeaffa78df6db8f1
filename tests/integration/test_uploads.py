"""tus 1.0 as its clients meet it, and the five defects that others were found to have."""

import base64
import dataclasses
import hashlib
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import update

from api.app import create_app
from api.services import Services
from ingest.uploads import collect
from lessons import UploadState
from storage.upload_table import upload as table
from tests.lesson import services
from tests.serving import serving
from tests.uploading import (
    BODY,
    PATH,
    TUS,
    begin,
    file_of,
    kept,
    metadata,
    offset_of,
    read,
    send,
    stored,
)

RANDOM = random.Random(7)
FILE = RANDOM.randbytes(5 << 20)
DIGEST = hashlib.sha256(FILE).hexdigest()
PATIENCE = 60.0  # a busy machine is no error


def one_of_a_kind() -> tuple[bytes, str]:
    """Return bytes that no other test sends, and their SHA-256."""
    data = RANDOM.randbytes(3 << 20)
    return data, hashlib.sha256(data).hexdigest()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """A data folder that was empty once."""
    return services(tmp_path_factory.mktemp("uploads"))


@pytest.fixture(scope="module")
def client(house: Services) -> Iterator[httpx.Client]:
    """A client of a real server."""
    with (
        serving(create_app(house)) as address,
        httpx.Client(base_url=address, timeout=PATIENCE) as client,
    ):
        yield client


def test_options_tell_what_can_be_done(client: httpx.Client) -> None:
    """Version, extensions, largest file and checksums, without an account."""
    answer = client.options(PATH)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
    extensions = set(answer.headers["tus-extension"].split(","))
    wanted = {"creation", "creation-with-upload", "checksum", "expiration", "termination"}
    assert extensions == wanted
    assert int(answer.headers["tus-max-size"]) > 1 << 30
    assert "sha1" in answer.headers["tus-checksum-algorithm"].split(",")


def test_a_file_in_pieces_becomes_a_lesson(client: httpx.Client, house: Services) -> None:
    """Its bytes, its facts and its receipt are those that were sent; nothing is left behind."""
    path = begin(client, len(FILE), title="分数的加法", teacher="李老师", taught_on="2026-11-23")
    cut = 2_000_001
    first = send(client, path, 0, FILE[:cut])
    assert (first.status_code, first.headers["upload-offset"]) == (204, str(cut))
    assert "GMT" in first.headers["upload-expires"]
    assert offset_of(client, path) == cut
    assert send(client, path, cut, FILE[cut:]).status_code == 204
    upload = read(client, path)
    assert (upload["state"], upload["sha256"], upload["new"]) == ("admitted", DIGEST, True)
    assert stored(house, DIGEST) == FILE
    assert not file_of(house, path).exists()
    lesson = client.get(f"/api/v1/lessons/{upload['lesson_id']}").json()
    assert (lesson["title"], lesson["teacher"]) == ("分数的加法", "李老师")
    assert lesson["taught_on"] == "2026-11-23"
    receipt = client.get(f"/api/v1/recordings/{upload['recording_id']}/receipt").json()
    assert (receipt["sha256"], receipt["bytes"]) == (DIGEST, len(FILE))
    assert receipt["file_name"] == "七3班.mp4"
    assert offset_of(client, path) == len(FILE)  # whoever lost the last answer is told


def test_one_request_is_enough(client: httpx.Client) -> None:
    """Creation with upload: curl needs one line."""
    data, digest = one_of_a_kind()
    headers = BODY | {
        "upload-length": str(len(data)),
        "upload-metadata": metadata(filename="a.mp4"),
    }
    answer = client.post(PATH, headers=headers, content=data)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(len(data)))
    assert (answer.json()["state"], answer.json()["sha256"]) == ("admitted", digest)
    assert answer.json()["facts"]["title"] == "a"


def test_the_same_bytes_are_the_same_recording(client: httpx.Client) -> None:
    """A twin is found before it is sent, and recognised after."""
    path = begin(client, 9)
    send(client, path, 0, b"x" * 9)
    first = read(client, path)
    fingerprint = hashlib.sha256(b"9" + b"x" * 9).hexdigest()
    hints: list[dict[str, str]] = [
        {"fingerprint": fingerprint},
        {"sha256": first["sha256"]},
        {"file_name": "七3班.mp4"},
    ]
    for hint in hints:
        found = client.get(f"{PATH}/twins", params={"bytes": "9"} | hint).json()
        (twin,) = found["recordings"]
        assert twin["recording_id"] == first["recording_id"]
        assert twin["certain"] is ("sha256" in hint)
    other = client.get(f"{PATH}/twins", params={"bytes": 8, "file_name": "七3班.mp4"}).json()
    assert other == {"recordings": [], "uploads": []}
    again = begin(client, 9, filename="b.mp4", fingerprint=fingerprint)
    under_way = client.get(f"{PATH}/twins", params={"bytes": 9, "fingerprint": fingerprint}).json()
    assert [u["id"] for u in under_way["uploads"]] == [again.rpartition("/")[2]]
    send(client, again, 0, b"x" * 9)
    second = read(client, again)
    assert (second["new"], second["recording_id"]) == (False, first["recording_id"])
    assert second["lesson_id"] == first["lesson_id"]


def test_facts_are_written_while_bytes_come_in(client: httpx.Client) -> None:
    """The lesson is called what was written last; a stale writer and a late one are told so."""
    path = begin(client, 10)
    send(client, path, 0, b"12345")
    facts = {"title": "二次函数", "subject": "数学", "revision": 1}
    assert client.put(f"{path}/facts", json=facts).json()["revision"] == 2
    assert client.put(f"{path}/facts", json=facts).status_code == 409
    send(client, path, 5, b"67890")
    upload = read(client, path)
    lesson = client.get(f"/api/v1/lessons/{upload['lesson_id']}").json()
    assert (lesson["title"], lesson["subject"]) == ("二次函数", "数学")
    assert client.put(f"{path}/facts", json=facts | {"revision": 2}).status_code == 410


# --- the five defects -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"tus-resumable": "0.2.2"}, 412),
        ({"upload-offset": "7"}, 409),
        ({"upload-checksum": "crc7 AAAA"}, 400),
    ],
)
def test_nothing_is_read_before_the_sender_may(
    client: httpx.Client, house: Services, headers: dict[str, str], status: int
) -> None:
    """Defect 1: who is refused has written nothing, and was not even asked to go on."""
    path = begin(client, 1000)
    split = urlsplit(str(client.base_url))
    said = BODY | {"upload-offset": "0", "content-length": "500", "host": split.netloc}
    said |= {"expect": "100-continue"} | headers
    lines = "".join(f"{k}: {v}\r\n" for k, v in said.items())
    with socket.create_connection((split.hostname or "", split.port or 0), timeout=10) as line:
        line.sendall(f"PATCH {path} HTTP/1.1\r\n{lines}\r\n".encode())
        assert line.recv(12) == f"HTTP/1.1 {status}".encode()  # and no `100 Continue` before it
    assert kept(house, path).offset == 0
    assert not file_of(house, path).exists()


def test_what_was_never_acknowledged_is_cut_off(client: httpx.Client, house: Services) -> None:
    """Defect 2: bytes behind the acknowledged offset, as a crash leaves them, do not stay."""
    data, digest = one_of_a_kind()
    path = begin(client, len(data), sha256=digest)
    send(client, path, 0, data[:1_000_000])
    with file_of(house, path).open("ab") as file:
        file.write(b"left by a process that was killed" * 100_000)
    assert offset_of(client, path) == 1_000_000
    assert send(client, path, 1_000_000, data[1_000_000:]).status_code == 204
    assert read(client, path)["state"] == "admitted"
    assert stored(house, digest) == data


def test_too_many_bytes_leave_none(client: httpx.Client, house: Services) -> None:
    """Defect 3: a body beyond the end is refused, with a length and without; the right one fits."""

    def endless() -> Iterator[bytes]:
        for _ in range(700):
            yield bytes(100_000)

    path = begin(client, 40_000_000)
    for body in (bytes(40_000_001), endless()):
        with suppress(httpx.TransportError):  # it was still talking when it was refused
            assert send(client, path, 0, body).status_code == 413
        until = time.monotonic() + PATIENCE
        while kept(house, path).offset or size_of(house, path):
            assert time.monotonic() < until
            time.sleep(0.05)
    whole = RANDOM.randbytes(40_000_000)
    assert send(client, path, 0, whole).status_code == 204
    assert stored(house, hashlib.sha256(whole).hexdigest()) == whole


def size_of(house: Services, path: str) -> int:
    file = file_of(house, path)
    return file.stat().st_size if file.exists() else 0


def test_a_second_writer_is_told_at_once(client: httpx.Client) -> None:
    """Defect 4: one upload has one writer; another hears 423, and nobody else waits for them."""
    path = begin(client, 22)
    go_on, begun = threading.Event(), threading.Event()

    def slowly() -> Iterator[bytes]:
        yield b"slow: 0123456789"
        begun.set()
        assert go_on.wait(60)
        yield b"456789"

    answers: list[int] = []
    first = threading.Thread(
        target=lambda: answers.append(send(client, path, 0, slowly()).status_code)
    )
    first.start()
    assert begun.wait(20)
    try:
        while (answer := send(client, path, 0, b"x")).status_code == 204:
            pytest.fail("two wrote at once")
        assert (answer.status_code, answer.json()["code"]) == (423, "upload-busy")
        assert client.options(PATH).status_code == 204
        assert client.get("/api/v1/lessons").status_code == 200
    finally:
        go_on.set()
        first.join()
    assert answers == [204]
    assert read(client, path)["state"] == "admitted"


def test_what_is_forgotten_is_collected(client: httpx.Client, house: Services) -> None:
    """Defect 5: an expired upload is over, and its bytes go."""
    path, other = begin(client, 10), begin(client, 10)
    for each in (path, other):
        send(client, each, 0, b"12345")
    with house.database.write() as connection:
        mine = table.c.id == path.rpartition("/")[2]
        connection.execute(update(table).where(mine).values(expires_at_ms=1))
    assert collect(database=house.database, folder=house.uploads) == 1
    assert kept(house, path).state is UploadState.EXPIRED
    assert not file_of(house, path).exists()
    assert client.head(path, headers=TUS).status_code == 410
    assert send(client, path, 5, b"67890").status_code == 410
    assert offset_of(client, other) == 5


# --- the extensions ---------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_damaged_bytes_are_not_kept(client: httpx.Client, house: Services, algorithm: str) -> None:
    """A request whose checksum differs changes nothing; the same bytes unharmed are taken."""
    data, digest = one_of_a_kind()
    path = begin(client, len(data), sha256=digest)
    half = len(data) // 2
    right = base64.b64encode(hashlib.new(algorithm, data[:half]).digest()).decode()
    said = {"upload-checksum": f"{algorithm} {right}"}
    damaged = bytes([data[0] ^ 1]) + data[1:half]
    assert send(client, path, 0, damaged, **said).status_code == 460
    assert (kept(house, path).offset, size_of(house, path)) == (0, 0)
    assert send(client, path, 0, data[:half], **said).status_code == 204
    assert send(client, path, half, data[half:]).status_code == 204
    assert read(client, path)["sha256"] == digest


def test_a_cancelled_upload_is_gone(client: httpx.Client, house: Services) -> None:
    """Its bytes go at once, and nobody can go on with it."""
    path = begin(client, 10)
    send(client, path, 0, b"12345")
    assert client.delete(path, headers=TUS).status_code == 204
    assert not file_of(house, path).exists()
    assert client.head(path, headers=TUS).status_code == 410
    assert client.delete(path, headers=TUS).status_code == 410


def test_what_is_not_what_was_announced_is_refused(client: httpx.Client, house: Services) -> None:
    """The sender's SHA-256 is held against what came; the reason is said, nothing is kept."""
    path = begin(client, 5, sha256=DIGEST)
    answer = send(client, path, 0, b"wrong")
    assert (answer.status_code, answer.json()["code"]) == (422, "upload-damaged")
    upload = read(client, path)
    assert (upload["state"], upload["error_code"]) == ("refused", "upload-damaged")
    assert not file_of(house, path).exists()
    assert upload["recording_id"] is None


def test_room_is_reserved_before_a_byte_comes(tmp_path: Path) -> None:
    """Quota and disk count what was announced; a cancelled upload gives its room back."""
    house = services(tmp_path)
    terms = dataclasses.replace(house.upload_terms, quota_bytes=100)
    limited = dataclasses.replace(house, upload_terms=terms, max_upload_bytes=1000)
    refused = {"upload-metadata": metadata(filename="a.mp4")} | TUS
    with (
        serving(create_app(limited)) as address,
        httpx.Client(base_url=address, timeout=PATIENCE) as client,
    ):
        first = begin(client, 60)
        answer = client.post(PATH, headers=refused | {"upload-length": "41"})
        assert (answer.status_code, answer.json()["code"]) == (413, "quota-exceeded")
        assert answer.json()["facts"]["left"] == "40"
        too_large = client.post(PATH, headers=refused | {"upload-length": "1001"})
        assert (too_large.status_code, too_large.json()["code"]) == (413, "media-too-large")
        empty = client.post(PATH, headers=refused | {"upload-length": "0"})
        assert (empty.status_code, empty.json()["code"]) == (422, "media-empty")
        client.delete(first, headers=TUS)
        begin(client, 100)
    full = dataclasses.replace(house.upload_terms, reserve_bytes=1 << 60)
    with (
        serving(create_app(dataclasses.replace(house, upload_terms=full))) as address,
        httpx.Client(base_url=address, timeout=PATIENCE) as client,
    ):
        answer = client.post(PATH, headers=refused | {"upload-length": "1"})
        assert (answer.status_code, answer.json()["code"]) == (507, "disk-full")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"upload-length": "5"}, 400),
        ({"upload-length": "-5", "upload-metadata": metadata(filename="a")}, 400),
        ({"upload-metadata": metadata(filename="a")}, 400),
        ({"upload-length": "5", "upload-metadata": "filename ***"}, 400),
        ({"upload-length": "5", "upload-metadata": metadata(filename="a", taught_on="x")}, 400),
        ({"upload-defer-length": "1", "upload-metadata": metadata(filename="a")}, 400),
    ],
)
def test_a_creation_that_says_too_little_is_refused(
    client: httpx.Client, headers: dict[str, str], status: int
) -> None:
    """Length and file name are needed, and readable."""
    before = read(client, PATH)["items"]
    assert client.post(PATH, headers=TUS | headers).status_code == status
    assert read(client, PATH)["items"] == before


def test_a_file_name_is_no_path(client: httpx.Client) -> None:
    """Folders in a name, of either world, are left out."""
    for name in ("../../etc/课.mp4", "C:\\录像\\课.mp4"):
        assert read(client, begin(client, 5, filename=name))["file_name"] == "课.mp4"
