"""What is said to a group's robot, and how."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

import pytest

from lessons import NoticeKind, WebhookService
from lessons.notices import TITLES
from lessons.webhooks import LONGEST_WAIT_MS, Announcement, body, host_of, signed, wait_ms


def test_dingtalk_is_signed_with_time_and_secret() -> None:
    """The signature is HMAC-SHA256 over time, newline, secret, in base64, escaped in the query."""
    url = signed(WebhookService.DINGTALK, "https://robot.example/send?access_token=t", "SECx", 1700)
    query = parse_qs(urlsplit(url).query)
    digest = hmac.digest(b"SECx", b"1700\nSECx", hashlib.sha256)
    assert query["timestamp"] == ["1700"]
    assert base64.b64decode(query["sign"][0]) == digest
    assert query["access_token"] == ["t"]


def test_wecom_needs_no_signature() -> None:
    """Its key is in the address, which stays as it is."""
    url = "https://robot.example/cgi-bin/webhook/send?key=k"
    assert signed(WebhookService.WECOM, url, "ignored", 1) == url


def test_what_waits_is_one_message() -> None:
    """The same title is said once with its count; each line is a link."""
    news = [Announcement(title="有新的留言", link="https://g/notices")] * 3
    said = str(body(WebhookService.WECOM, news))
    assert said.count("有新的留言") == 1
    assert "有新的留言（3）](https://g/notices)" in said
    assert "markdown" in body(WebhookService.DINGTALK, news)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://oapi.dingtalk.com/robot/send?access_token=1", "oapi.dingtalk.com"),
        ("http://oapi.dingtalk.com/robot/send", ""),
        ("http://127.0.0.1:9000/x", "127.0.0.1:9000"),
        ("https://a@evil.example/", ""),
        ("file:///etc/passwd", ""),
        ("ftp://x/", ""),
    ],
)
def test_only_https_is_an_address(url: str, host: str) -> None:
    """Plain http is for this machine alone; nothing with a user name in it."""
    assert host_of(url) == host


def test_waiting_grows_and_ends() -> None:
    """Each failure doubles the pause, up to an hour."""
    pauses = [wait_ms(failures) for failures in range(1, 40)]
    assert pauses[:3] == [5_000, 10_000, 20_000]
    assert max(pauses) == pauses[-1] == LONGEST_WAIT_MS


def test_every_kind_of_notice_has_a_title() -> None:
    """A chat is told a fixed sentence for each kind."""
    assert set(TITLES) == set(NoticeKind)
