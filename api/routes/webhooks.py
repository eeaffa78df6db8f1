"""Group robots of 钉钉 and 企业微信: off until an administrator switches one on."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from api.policy import Administers
from api.services import Held
from lessons import NoticeKind, Webhook
from lessons.overview_errors import WebhookAddressRefused
from lessons.webhooks import WebhookFacts, host_of
from storage import webhooks

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@dataclass(frozen=True, kw_only=True)
class NewWebhook(WebhookFacts):
    """A robot to tell; its address and secret are written here and never shown again."""

    url: str
    secret: str | None = None


@dataclass(frozen=True, kw_only=True)
class WebhookEdit(WebhookFacts):
    """A robot as it shall be; address and secret stay where none are given."""

    revision: int
    url: str | None = None
    secret: str | None = None


@router.get("")
def list_webhooks(viewer: Administers, held: Held) -> Sequence[Webhook]:
    """List the robots, and whether they could be reached."""
    with held.database.read() as connection:
        return webhooks.every(connection, viewer.school_group_id)


@router.post("", status_code=201)
def make_webhook(viewer: Administers, held: Held, new: NewWebhook) -> Webhook:
    """Keep a new robot."""
    _check(held, new.url)
    with held.database.write() as connection:
        return webhooks.add(
            connection,
            new,
            new.url,
            new.secret,
            school_group_id=viewer.school_group_id,
            actor=viewer.name,
        )


@router.put("/{webhook_id}")
def edit_webhook(viewer: Administers, held: Held, webhook_id: str, edit: WebhookEdit) -> Webhook:
    """Change a robot, or switch it on or off."""
    if edit.url:
        _check(held, edit.url)
    with held.database.write() as connection:
        return webhooks.edit(
            connection,
            webhooks.get(connection, webhook_id, viewer.school_group_id),
            edit,
            edit.revision,
            url=edit.url,
            secret=edit.secret,
            actor=viewer.name,
        )


@router.delete("/{webhook_id}", status_code=204)
def remove_webhook(viewer: Administers, held: Held, webhook_id: str) -> None:
    """Forget a robot."""
    with held.database.write() as connection:
        webhook = webhooks.get(connection, webhook_id, viewer.school_group_id)
        webhooks.remove(connection, webhook, actor=viewer.name)


@router.post("/{webhook_id}/try", status_code=202)
def try_webhook(viewer: Administers, held: Held, webhook_id: str) -> Webhook:
    """Let a robot that is switched on say something, to see whether it arrives."""
    with held.database.write() as connection:
        webhook = webhooks.get(connection, webhook_id, viewer.school_group_id)
        webhooks.announce(connection, webhook, NoticeKind.REMINDER, "/notices")
        return webhook


def _check(held: Held, url: str) -> None:
    """Refuse an address that is not one of the robots' services: we would post to anything."""
    host = host_of(url)
    if host not in held.webhook_hosts:
        raise WebhookAddressRefused(host=host or url[:40], allowed=", ".join(held.webhook_hosts))
