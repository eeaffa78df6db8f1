"""Group robots: signed, without content, off by default, patient; held against a local receiver."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from api.app import create_app
from api.courier import Courier
from lessons import NoticeKind
from storage import notices, tables
from tests.school import School, school

LINK = "https://guanke.school.example"
SECRET = "SEC0123456789"
KINDS = [NoticeKind.COMMENT, NoticeKind.REMINDER]


@dataclass
class Receiver:
    """What stands in for the robots' services: it keeps what it is told."""

    host: str
    said: list[tuple[str, Any]] = field(default_factory=list)
    status: int = 200
    answer: bytes = b'{"errcode": 0, "errmsg": "ok"}'


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the standard library's name
            length = int(self.headers["content-length"])
            kept.said.append((self.path, json.loads(self.rfile.read(length))))
            self.send_response(kept.status)
            if kept.status == 302:
                self.send_header("location", f"http://{kept.host}/elsewhere")
            self.send_header("content-length", str(len(kept.answer)))
            self.end_headers()
            self.wfile.write(kept.answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept = Receiver(host=f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def place(tmp_path: Path, receiver: Receiver) -> School:
    """A school whose administrator may name the local receiver."""
    made = school(tmp_path)
    house = replace(made.services, webhook_hosts=(receiver.host,), address=LINK)
    return replace(made, services=house, app=create_app(house))


def robot(place: School, receiver: Receiver, **more: object) -> Any:
    """Let the administrator keep a robot of 钉钉 for the whole school."""
    facts = {
        "name": "数学组群",
        "service": "dingtalk",
        "kinds": KINDS,
        "enabled": True,
        "url": f"http://{receiver.host}/robot/send?access_token=TOKEN",
        "secret": SECRET,
    }
    return place.do("管理员", "/webhooks", facts | more, 201)


def comment(place: School, name: str = "数老师0", path: str = "/lessons/1") -> None:
    """Let a comment on a lesson be told to a teacher."""
    with place.services.database.write() as connection:
        notices.notify(
            connection,
            [place.people[name].person_id],
            NoticeKind.COMMENT,
            path,
            actor=place.people["校长"].name,
            title="小明同学的分数",
            by="校长",
        )


def due_now(place: School) -> None:
    """Let the pause between two messages be over."""
    with place.services.database.write() as connection:
        connection.execute(update(tables.webhook).values(not_before_ms=0))


def test_dingtalk_is_told_a_title_and_a_link_and_it_is_signed(
    place: School, receiver: Receiver
) -> None:
    """The receiver can verify the signature; no word of the lesson, nobody's name is in it."""
    robot(place, receiver)
    comment(place)
    courier = Courier(place.services.database, LINK)
    assert courier.carry_one()
    ((path, body),) = receiver.said
    query = parse_qs(urlsplit(path).query)
    signature = hmac.digest(
        SECRET.encode(), f"{query['timestamp'][0]}\n{SECRET}".encode(), hashlib.sha256
    )
    assert base64.b64decode(query["sign"][0]) == signature
    assert query["access_token"] == ["TOKEN"]
    assert body["markdown"]["text"] == f"**观课**\n\n- [有新的留言]({LINK}/lessons/1)"
    assert "小明" not in json.dumps(body, ensure_ascii=False)
    assert "校长" not in json.dumps(body, ensure_ascii=False)
    assert not courier.carry_one()
    (shown,) = place.ask("管理员", "/webhooks")
    assert shown["last_sent_at"]


def test_wecom_has_its_key_in_the_address(place: School, receiver: Receiver) -> None:
    """企业微信 takes the address as it is; what waited goes out as one message."""
    url = f"http://{receiver.host}/cgi-bin/webhook/send?key=KEY"
    robot(place, receiver, service="wecom", url=url, secret=None)
    comment(place, path="/lessons/1")
    comment(place, path="/lessons/2")
    assert Courier(place.services.database, LINK).carry_one()
    ((path, body),) = receiver.said
    assert path == "/cgi-bin/webhook/send?key=KEY"
    assert body["msgtype"] == "markdown"
    assert body["markdown"]["content"].count("](") == 2


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, b'{"errcode": 310000, "errmsg": "sign not match"}'),
        (500, b"oops"),
        (302, b""),
        (200, b"[]"),
    ],
)
def test_a_refusal_is_shown_and_tried_again(
    place: School, receiver: Receiver, status: int, answer: bytes
) -> None:
    """Nothing is lost; the administrator sees why; a redirect is not followed."""
    robot(place, receiver)
    comment(place)
    receiver.status, receiver.answer = status, answer
    courier = Courier(place.services.database, LINK)
    assert courier.carry_one()
    assert not courier.carry_one()  # not at once again
    (shown,) = place.ask("管理员", "/webhooks")
    assert shown["failures"] == 1
    assert shown["last_error"]
    assert [path for path, _ in receiver.said if "elsewhere" in path] == []
    receiver.status, receiver.answer = 200, b'{"errcode": 0}'
    due_now(place)
    assert courier.carry_one()
    assert len(receiver.said) == 2
    (shown,) = place.ask("管理员", "/webhooks")
    assert (shown["failures"], shown["last_error"]) == (0, None)


def test_a_robot_that_can_not_be_reached_keeps_its_secret(
    place: School, receiver: Receiver
) -> None:
    """What is shown of a failure does not repeat the address."""
    robot(place, receiver, url=f"http://{receiver.host}/x?access_token=TOKEN")
    with place.services.database.write() as connection:
        nowhere = "http://127.0.0.1:9/x?access_token=TOKEN"
        connection.execute(update(tables.webhook).values(url=nowhere))
    comment(place)
    assert Courier(place.services.database, LINK).carry_one()
    (shown,) = place.ask("管理员", "/webhooks")
    assert shown["last_error"]
    assert "TOKEN" not in json.dumps(shown)


def test_a_group_hears_of_its_own_people(place: School, receiver: Receiver) -> None:
    """A robot of a group is told what concerns the group, of the chosen kinds, when switched on."""
    robot(place, receiver, group_id=place.groups["语文组"])
    robot(place, receiver, name="关", enabled=False)
    robot(place, receiver, name="别的", kinds=[NoticeKind.RESULT])
    comment(place, "数老师0")
    with place.services.database.read() as connection:
        assert connection.execute(select(tables.announcement)).first() is None
    comment(place, "语老师0")
    with place.services.database.read() as connection:
        assert len(connection.execute(select(tables.announcement)).all()) == 1


def test_address_and_secret_are_never_shown_again(place: School, receiver: Receiver) -> None:
    """Nobody reads them back, whoever asks; an edit without them keeps them."""
    made = robot(place, receiver)
    facts = {"name": "改名", "service": "dingtalk", "kinds": KINDS, "enabled": True}
    edit = facts | {"revision": made["revision"]}
    place.do("管理员", f"/webhooks/{made['id']}", edit, put=True)
    for text in (json.dumps(made), json.dumps(place.ask("管理员", "/webhooks"))):
        assert "TOKEN" not in text
        assert SECRET not in text
    with place.browser("校长") as client:
        assert client.get("/api/v1/webhooks").status_code == 403
    place.do("管理员", f"/webhooks/{made['id']}/try", None, 202)
    assert Courier(place.services.database, LINK).carry_one()
    assert "access_token=TOKEN" in receiver.said[0][0]


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/robot", "https://evil.example/send", "file:///etc/passwd", "x"]
)
def test_no_other_address_is_taken(place: School, receiver: Receiver, url: str) -> None:
    """The server posts to the robots' services alone."""
    facts = {"name": "x", "service": "wecom", "kinds": KINDS, "url": url}
    answer = place.do("管理员", "/webhooks", facts, 400)
    assert answer["code"] == "webhook-address-refused"
    assert receiver.said == []


def test_the_web_process_carries_what_waits(place: School, receiver: Receiver) -> None:
    """The courier runs as long as the application does."""
    robot(place, receiver)
    comment(place)
    with place.browser("管理员"):
        for _ in range(200):
            if receiver.said:
                break
            threading.Event().wait(0.05)
    assert receiver.said
