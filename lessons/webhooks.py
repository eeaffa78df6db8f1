"""Group robots of 钉钉 and 企业微信: how a message is signed and put, and when to try again.

Both take at most twenty messages a minute from one robot, and 钉钉 then keeps silent for ten: so
what waits goes out together. Formats: open.dingtalk.com/document/group/custom-robot-access,
developer.work.weixin.qq.com/document/path/91770.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode, urlsplit

from lessons.notices import NoticeKind

PAUSE_MS = 4_000  # between two messages to one robot: below twenty a minute
FIRST_WAIT_MS = 5_000
LONGEST_WAIT_MS = 3_600_000
GIVE_UP_MS = 24 * 3_600_000  # after a day, nobody wants to be told any more
OFFICIAL_HOSTS = ("oapi.dingtalk.com", "qyapi.weixin.qq.com")


class WebhookService(StrEnum):
    """Whose robot it is."""

    DINGTALK = "dingtalk"  # 钉钉: address and a secret that signs
    WECOM = "wecom"  # 企业微信: the key is in the address


@dataclass(frozen=True, kw_only=True)
class WebhookFacts:
    """What an administrator decides about a robot."""

    name: str
    service: WebhookService
    kinds: tuple[NoticeKind, ...]
    group_id: str | None = None  # the research group that reads it; None: the whole school group
    enabled: bool = False


@dataclass(frozen=True, kw_only=True)
class Webhook(WebhookFacts):
    """A robot in a group's chat that is told of notices (群机器人)."""

    id: str
    school_group_id: str
    revision: int = 1
    host: str  # of the address; the rest of it is a secret
    last_sent_at: datetime | None = None
    failures: int = 0  # in a row
    last_error: str | None = None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What a group's chat is told: a title and a link."""

    title: str
    link: str


def host_of(url: str) -> str:
    """Return the host of an address, with its port where one is named; empty where there is none.

    Only https is an address, and http of this machine itself.
    """
    parts = urlsplit(url)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.username or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        return ""
    return parts.netloc


def signed(service: WebhookService, url: str, secret: str | None, at_ms: int) -> str:
    """Return the address to post to; 钉钉 wants it signed with the time."""
    if service is not WebhookService.DINGTALK or not secret:
        return url
    digest = hmac.new(secret.encode(), f"{at_ms}\n{secret}".encode(), hashlib.sha256).digest()
    query = urlencode({"timestamp": at_ms, "sign": base64.b64encode(digest).decode()})
    return f"{url}{'&' if urlsplit(url).query else '?'}{query}"


def body(service: WebhookService, news: Sequence[Announcement]) -> Mapping[str, object]:
    """Return one message that says all of `news`; the same title is said once, with its count."""
    counts: dict[Announcement, int] = {}
    for said in news:
        counts[said] = counts.get(said, 0) + 1
    lines = [
        f"- [{said.title}{f'（{count}）' if count > 1 else ''}]({said.link})"
        for said, count in counts.items()
    ]
    text = "\n".join(["**观课**", "", *lines])
    if service is WebhookService.DINGTALK:
        return {"msgtype": "markdown", "markdown": {"title": "观课", "text": text}}
    return {"msgtype": "markdown", "markdown": {"content": text}}


def wait_ms(failures: int) -> int:
    """Return how long to wait after so many failures in a row."""
    return min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(max(failures - 1, 0), 20))
