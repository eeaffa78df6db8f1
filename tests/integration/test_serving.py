"""A real server on the loopback address: media in parts, playlists that play, events, uploads."""

import asyncio
import json
import os
import re
import subprocess
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from lessons import Viewer
from processing.ffmpeg import find_tools
from storage.events import tell
from tests.lesson import Served, services
from tests.serving import serving
from tests.signed_in import cookies, staff_of


@pytest.fixture(scope="module")
def media(served: Served, address: str) -> str:
    """Where the lesson's teacher finds its media: with a ticket, so no cookie is needed."""
    return tickets_of(served, address, served.staff.teacher)


def tickets_of(served: Served, address: str, viewer: Viewer) -> str:
    """Return where somebody finds the media of the lesson."""
    path = f"{address}/api/v1/recordings/{served.recording.id}/playback"
    answer = httpx.get(path, headers=dict(cookies(served.services, viewer)))
    assert answer.status_code == 200, answer.text
    return address + str(answer.json()["base"]).rstrip("/")


def test_a_rendition_is_read_in_parts(served: Served, address: str, media: str) -> None:
    """Ranges, their refusal, validators, and HEAD."""
    whole = httpx.get(f"{media}/180p.mp4")
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["x-content-type-options"] == "nosniff"
    size, etag = len(whole.content), whole.headers["etag"]
    part = httpx.get(f"{media}/180p.mp4", headers={"range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, whole.content[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{size}"
    last = httpx.get(f"{media}/180p.mp4", headers={"range": "bytes=-10"})
    assert last.content == whole.content[-10:]
    beyond = httpx.get(f"{media}/180p.mp4", headers={"range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    known = httpx.get(f"{media}/180p.mp4", headers={"if-none-match": etag})
    assert (known.status_code, known.content) == (304, b"")
    stale = {"range": "bytes=0-9", "if-range": '"another"'}
    assert httpx.get(f"{media}/180p.mp4", headers=stale).status_code == 200
    fresh = {"range": "bytes=0-9", "if-range": etag}
    assert httpx.get(f"{media}/180p.mp4", headers=fresh).status_code == 206
    head = httpx.head(f"{media}/180p.mp4")
    assert (head.headers["content-length"], head.content) == (str(size), b"")
    original = httpx.get(f"{tickets_of(served, address, served.staff.operator)}/original")
    assert (
        "filename*=UTF-8''%E6%95%B0%E5%AD%A6%E8%AF%BE.mp4"
        in (original.headers["content-disposition"])
    )
    assert len(original.content) == served.recording.bytes


def test_ffmpeg_plays_what_is_served(media: str) -> None:
    """Master playlist, byte ranges, both sizes and the sound: every frame decodes in silence."""
    tools = find_tools()
    read = subprocess.run(
        [
            *(tools.ffmpeg, "-v", "warning", "-i", f"{media}/master.m3u8"),
            *("-map", "0:v", "-map", "0:a:0", "-progress", "-", "-f", "null", "-"),
        ],
        capture_output=True,
        text=True,
        check=True,
        env={k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")},
    )
    assert read.stderr == ""
    assert int(re.findall(r"out_time_us=(\d+)", read.stdout)[-1]) >= 9_900_000
    assert re.findall(r"frame=(\d+)", read.stdout)[-1] == "250"


def test_captions_and_pictures_are_served(media: str) -> None:
    """Captions as the transcript reads, the storyboard's sheets by their names, the poster."""
    assert "二次函数" in httpx.get(f"{media}/captions.vtt").text
    board = httpx.get(f"{media}/storyboard.vtt").text
    sheet = re.findall(r"(storyboard-\d+\.jpg)#xywh", board)[0]
    assert httpx.get(f"{media}/{sheet}").content.startswith(b"\xff\xd8")
    assert httpx.get(f"{media}/poster.jpg").headers["content-type"] == "image/jpeg"
    assert httpx.get(f"{media}/secret.txt").status_code == 404


def test_events_are_followed_and_resumed(served: Served, address: str) -> None:
    """A watcher hears what happens, and after a break what it missed, once."""
    path = f"{address}/api/v1/events?recording_id={served.recording.id}"

    def happen(number: int, recording_id: str | None = served.recording.id) -> None:
        with served.services.database.write() as connection:
            tell(connection, "test.event", recording_id=recording_id, number=number)

    def hear(count: int, last: str | None) -> tuple[list[int], str]:
        headers = dict(cookies(served.services, served.staff.teacher))
        headers |= {"last-event-id": last} if last else {}
        numbers: list[int] = []
        with httpx.stream("GET", path, headers=headers, timeout=20) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            identity = ""
            for line in stream.iter_lines():
                if line == "event: following" and not last:
                    for number in range(count):
                        happen(number)
                elif line.startswith("id: "):
                    identity = line[4:]
                elif line.startswith("data: ") and line != "data: {}":
                    numbers.append(json.loads(line[6:])["number"])
                elif not line and len(numbers) == count:
                    return numbers, identity
        raise AssertionError("the stream ended")

    heard, last = hear(3, None)
    assert heard == [0, 1, 2]
    happen(90, None)
    happen(91)
    happen(92)
    assert hear(2, last)[0] == [91, 92]


def test_a_stream_ends_with_its_session(served: Served, address: str) -> None:
    """Signed out elsewhere, a page hears nothing more; the streams of others go on."""
    url = f"{address}/api/v1/events"
    mine, other = (dict(cookies(served.services, served.staff.teacher)) for _ in range(2))
    with (
        httpx.stream("GET", url, headers=mine, timeout=20) as stream,
        httpx.stream("GET", url, headers=other, timeout=20) as kept,
    ):
        lines, others = stream.iter_lines(), kept.iter_lines()
        assert "event: following" in (next(lines), next(lines), next(lines))
        everything = httpx.get(f"{address}/api/v1/me/sessions", headers=mine).json()
        this = next(session["id"] for session in everything if session["this"])
        signed_out = httpx.delete(f"{address}/api/v1/me/sessions/{this}", headers=mine)
        assert signed_out.status_code == 204
        assert "data: " not in "".join(lines).replace("data: {}", "")  # it ends
        with served.services.database.write() as connection:
            tell(connection, "test.event", recording_id=served.recording.id, number=1)
        assert next(line for line in others if '"number": 1' in line)


def test_hundreds_of_idle_watchers_leave_room_for_work(served: Served, address: str) -> None:
    """Three hundred open streams cost no thread and no connection; each hears the event."""
    host, port = address.removeprefix("http://").split(":")
    signed_in = cookies(served.services, served.staff.teacher)
    cookie = f"Cookie: {signed_in['cookie']}\r\n"
    request = f"GET /api/v1/events HTTP/1.1\r\nHost: {host}:{port}\r\n{cookie}\r\n".encode()

    async def watch() -> AsyncIterator[None]:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(request)
        await reader.readuntil(b": following")
        yield
        await asyncio.wait_for(reader.readuntil(b"event: crowd"), 30)
        writer.close()
        await writer.wait_closed()
        yield

    async def crowd() -> None:
        watchers = [watch() for _ in range(300)]
        await asyncio.gather(*(anext(watcher) for watcher in watchers))
        async with httpx.AsyncClient(headers=dict(signed_in)) as client:
            answers = [client.get(f"{address}/api/v1/lessons") for _ in range(40)]
            assert {a.status_code for a in await asyncio.gather(*answers)} == {200}
        with served.services.database.write() as connection:
            tell(connection, "crowd", recording_id=served.recording.id)
        await asyncio.gather(*(anext(watcher) for watcher in watchers))

    asyncio.run(crowd())


def test_a_server_that_stops_ends_its_streams(tmp_path: Path) -> None:
    """An open page keeps no server from stopping: its stream ends as it should, uncut."""
    house = services(tmp_path)
    teacher = dict(cookies(house, staff_of(house.database).teacher))
    heard: list[str] = []
    open_page = threading.Event()

    def watch() -> None:
        with httpx.stream("GET", f"{address}/api/v1/events", headers=teacher, timeout=20) as stream:
            for line in stream.iter_lines():
                heard.append(line)
                open_page.set()
        heard.append("the end")

    watcher = threading.Thread(target=watch)
    with serving(create_app(house)) as address:
        watcher.start()
        assert open_page.wait(20)
    watcher.join()
    assert heard[0] == "event: following"
    assert heard[-1] == "the end"
