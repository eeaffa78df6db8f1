"""What is acknowledged survives: cuts at any byte, SIGKILL at any moment, full disks."""

import hashlib
import json
import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.services import Services
from ingest.uploads import finish_all
from lessons import UploadState
from lessons.people import Viewer
from storage import recordings, uploads
from storage.growing import GrowingFile, place
from storage.janitor import fsck
from storage.migrate import migrate
from tests.killing import Server
from tests.lesson import services
from tests.signed_in import cookies, staff_of
from tests.uploading import begin, file_of, kept, offset_of, one_of_a_kind, read, send, stored


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_cuts_give_the_file_that_was_sent(
    sender: httpx.Client, empty_house: Services, data: st.DataObject
) -> None:
    """Pieces of any length, with bytes behind the offset as a crash leaves them, make the file."""
    whole, digest = one_of_a_kind(data.draw(st.integers(1, 300_000)))
    path = begin(sender, len(whole), sha256=digest)
    while (offset := offset_of(sender, path)) < len(whole):
        if file_of(empty_house, path).exists() and data.draw(st.booleans()):
            with file_of(empty_house, path).open("ab") as file:
                file.write(b"never acknowledged" * data.draw(st.integers(1, 1000)))
        least = min(len(whole) - offset, len(whole) // 5 + 1)  # a handful of pieces
        length = data.draw(st.integers(least, len(whole) - offset))
        answer = send(sender, path, offset, whole[offset : offset + length])
        assert answer.status_code == 204, answer.text
        stale = send(sender, path, offset - 1 if offset else len(whole), b"x")
        assert stale.status_code in (409, 410)
    assert read(sender, path)["state"] == "admitted"
    assert stored(empty_house, digest) == whole


def test_a_complete_upload_is_admitted_once(sender: httpx.Client, empty_house: Services) -> None:
    """Killed between the last byte and the record: whoever comes first admits it, and only once."""
    whole, digest = one_of_a_kind(100_000)
    path = begin(sender, len(whole))
    send(sender, path, 0, whole[:50_000])
    mine = kept(empty_house, path)
    with empty_house.database.write() as connection:
        claimed = uploads.claim(connection, mine.id, 50_000, "killed", empty_house.upload_terms)
    writer = GrowingFile(place(empty_house.uploads, mine.id), 50_000)
    writer.write([whole[50_000:]])
    writer.sync()
    with empty_house.database.write() as connection:  # and here the process dies
        uploads.advance(connection, claimed, len(whole), empty_house.upload_terms)
    writer.close()
    house = {
        "database": empty_house.database,
        "store": empty_house.store,
        "folder": empty_house.uploads,
    }
    threads = [threading.Thread(target=finish_all, kwargs=house) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept(empty_house, path).state is UploadState.ADMITTED
    assert stored(empty_house, digest) == whole
    with empty_house.database.read() as connection:
        same = [r for r in recordings.page(connection, limit=10_000) if r.sha256 == digest]
    assert len(same) == 1
    assert not fsck(empty_house.database, empty_house.store).lost


class Killer:
    """Kills a server again and again at moments of a seed, and starts it each time."""

    def __init__(self, server: Server, seed: int) -> None:
        self._server, self._random = server, random.Random(seed)
        self.kills = 0

    def after(self, bytes_more: int) -> None:
        """Kill it once so many more bytes are acknowledged, or a while has passed; start it."""
        wanted = self._server.acknowledged() + bytes_more
        until = time.monotonic() + self._random.uniform(2, 4)
        while self._server.acknowledged() < wanted and time.monotonic() < until:
            time.sleep(0.005)
        self._server.kill()
        self.kills += 1
        self._server.start()


@pytest.mark.timeout(600)
def test_kills_at_random_lose_nothing(tmp_path: Path) -> None:
    """`kill -9` of the server at random bytes; tuspy in another process goes on each time."""
    film = tmp_path / "七3班.mp4"
    film.write_bytes(random.Random(3).randbytes(48_000_000))
    digest = hashlib.sha256(film.read_bytes()).hexdigest()
    server = Server(tmp_path / "data")
    migrate(server.database)
    staff = staff_of(server.database)
    with server:
        headers = signed(server, staff.operator)
        with httpx.Client(base_url=server.address, headers=dict(headers), timeout=60) as client:
            path = begin(client, film.stat().st_size, sha256=digest)
        killer = Killer(server, seed=5)
        for share in (100_000, 3_000_000, 9_000_000):
            sending = threading.Thread(
                target=tuspy, args=(server.address + path, film, headers), kwargs={"slowly": True}
            )
            sending.start()
            before = server.acknowledged()
            killer.after(share)
            sending.join()
            assert server.acknowledged() >= before
        assert tuspy(server.address + path, film, headers) == 0
        with httpx.Client(base_url=server.address, headers=dict(headers), timeout=60) as client:
            until = time.monotonic() + 120
            while (upload := read(client, path))["state"] != "admitted":
                assert upload["state"] == "complete"
                assert time.monotonic() < until
                time.sleep(0.2)
            assert upload["sha256"] == digest
            listed = client.get("/api/v1/recordings").json()["items"]
        assert [r["sha256"] for r in listed] == [digest]
        assert list((server.folder / "uploads").iterdir()) == []
    assert killer.kills == 3


TUSPY = """
import json, sys, time
from tusclient.client import TusClient
url, film, headers, slowly = json.loads(sys.argv[1])
upload = TusClient(url, headers=headers).uploader(film, url=url, chunk_size=1 << 20)
while upload.offset < upload.get_file_size():
    upload.upload_chunk()
    time.sleep(0.05 if slowly else 0)
"""


def tuspy(url: str, film: Path, headers: Mapping[str, str], *, slowly: bool = False) -> int:
    """Go on with an upload by tuspy, in a process of its own; return its exit code."""
    given = json.dumps([url, str(film), dict(headers), slowly])
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TUSPY, given], capture_output=True, check=False
    )
    return run.returncode


def signed(server: Server, person: Viewer) -> Mapping[str, str]:
    """Return the headers with which somebody is signed in at a server."""
    return cookies(services(server.folder), person)


@pytest.mark.timeout(300)
def test_a_full_disk_is_told_and_left_again(tmp_path: Path) -> None:
    """507 in the middle of a file, nothing acknowledged is lost, and with room it goes on."""
    whole, digest = one_of_a_kind(12_000_000)
    server = Server(tmp_path / "data")
    migrate(server.database)
    staff = staff_of(server.database)
    with server:
        headers = dict(signed(server, staff.operator))
        with httpx.Client(base_url=server.address, headers=headers, timeout=60) as client:
            path = begin(client, len(whole), sha256=digest)
            assert send(client, path, 0, whole[:4_000_000]).status_code == 204
            limit = 6_000_000
            for process in server.processes("api"):
                resource.prlimit(process, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            for _ in range(2):
                answer = send(client, path, 4_000_000, whole[4_000_000:7_000_000])
                assert (answer.status_code, answer.json()["code"]) == (507, "disk-full")
                assert offset_of(client, path) == 4_000_000
            assert client.get("/api/v1/lessons").status_code == 200
            for process in server.processes("api"):
                none = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
                resource.prlimit(process, resource.RLIMIT_FSIZE, none)
            assert send(client, path, 4_000_000, whole[4_000_000:]).status_code == 204
            assert read(client, path)["sha256"] == digest
