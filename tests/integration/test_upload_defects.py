"""Five defects that other servers of tus were found to have, each as a test."""

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import update

from api.services import Services
from ingest.uploads import collect
from lessons import UploadState
from storage.upload_table import upload as table
from tests.uploading import (
    BODY,
    PATH,
    PATIENCE,
    TUS,
    begin,
    file_of,
    kept,
    offset_of,
    one_of_a_kind,
    read,
    send,
    size_of,
    stored,
)


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
    sender: httpx.Client, empty_house: Services, headers: dict[str, str], status: int
) -> None:
    """Defect 1: who is refused has written nothing, and was not even asked to go on."""
    path = begin(sender, 1000)
    split = urlsplit(str(sender.base_url))
    said = BODY | {"upload-offset": "0", "content-length": "500", "host": split.netloc}
    signed_in = {name: sender.headers[name] for name in ("cookie", "x-csrf-token")}
    said |= {"expect": "100-continue"} | signed_in | headers
    lines = "".join(f"{k}: {v}\r\n" for k, v in said.items())
    with socket.create_connection((split.hostname or "", split.port or 0), timeout=10) as line:
        line.sendall(f"PATCH {path} HTTP/1.1\r\n{lines}\r\n".encode())
        assert line.recv(12) == f"HTTP/1.1 {status}".encode()  # and no `100 Continue` before it
    assert kept(empty_house, path).offset == 0
    assert not file_of(empty_house, path).exists()


def test_what_was_never_acknowledged_is_cut_off(
    sender: httpx.Client, empty_house: Services
) -> None:
    """Defect 2: bytes behind the acknowledged offset, as a crash leaves them, do not stay."""
    data, digest = one_of_a_kind()
    path = begin(sender, len(data), sha256=digest)
    send(sender, path, 0, data[:1_000_000])
    with file_of(empty_house, path).open("ab") as file:
        file.write(b"left by a process that was killed" * 100_000)
    assert offset_of(sender, path) == 1_000_000
    assert send(sender, path, 1_000_000, data[1_000_000:]).status_code == 204
    assert read(sender, path)["state"] == "admitted"
    assert stored(empty_house, digest) == data


def test_too_many_bytes_leave_none(sender: httpx.Client, empty_house: Services) -> None:
    """Defect 3: a body beyond the end is refused, with a length and without; the right one fits."""

    def endless() -> Iterator[bytes]:
        for _ in range(700):
            yield bytes(100_000)

    path = begin(sender, 40_000_000)
    for body in (bytes(40_000_001), endless()):
        with suppress(httpx.TransportError):  # it was still talking when it was refused
            assert send(sender, path, 0, body).status_code == 413
        until = time.monotonic() + PATIENCE
        while kept(empty_house, path).offset or size_of(empty_house, path):
            assert time.monotonic() < until
            time.sleep(0.05)
    whole = one_of_a_kind(40_000_000)[0]
    assert send(sender, path, 0, whole).status_code == 204
    assert stored(empty_house, hashlib.sha256(whole).hexdigest()) == whole


def test_a_second_writer_is_told_at_once(sender: httpx.Client, empty_house: Services) -> None:
    """Defect 4: one upload has one writer; another hears 423, and nobody else waits for them."""
    path = begin(sender, 22)
    go_on, begun = threading.Event(), threading.Event()

    def slowly() -> Iterator[bytes]:
        yield b"slow: 0123456789"
        begun.set()
        assert go_on.wait(60)
        yield b"456789"

    answers: list[int] = []
    first = threading.Thread(
        target=lambda: answers.append(send(sender, path, 0, slowly()).status_code)
    )
    first.start()
    assert begun.wait(20)
    until = time.monotonic() + PATIENCE
    while kept(empty_house, path).attempt == 0:  # it has spoken, but is it the writer yet?
        assert time.monotonic() < until
        time.sleep(0.02)
    try:
        while (answer := send(sender, path, 0, b"x")).status_code == 204:
            pytest.fail("two wrote at once")
        assert (answer.status_code, answer.json()["code"]) == (423, "upload-busy")
        assert sender.options(PATH).status_code == 204
        assert sender.get("/api/v1/lessons").status_code == 200
    finally:
        go_on.set()
        first.join()
    assert answers == [204]
    assert read(sender, path)["state"] == "admitted"


def test_what_is_forgotten_is_collected(sender: httpx.Client, empty_house: Services) -> None:
    """Defect 5: an expired upload is over, and its bytes go."""
    path, other = begin(sender, 10), begin(sender, 10)
    for each in (path, other):
        send(sender, each, 0, b"12345")
    with empty_house.database.write() as connection:
        mine = table.c.id == path.rpartition("/")[2]
        connection.execute(update(table).where(mine).values(expires_at_ms=1))
    assert collect(database=empty_house.database, folder=empty_house.uploads) == 1
    assert kept(empty_house, path).state is UploadState.EXPIRED
    assert not file_of(empty_house, path).exists()
    assert sender.head(path, headers=TUS).status_code == 410
    assert send(sender, path, 5, b"67890").status_code == 410
    assert offset_of(sender, other) == 5
