"""Carries what group robots have to say: one message at a time, signed, with growing pauses.

It runs in the web process, watched by `supervised`: whatever ends it is written down and it begins
again. What leaves the house is a title and a link (`lessons.webhooks`).
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable

import urllib3
from fastapi.concurrency import run_in_threadpool

from lessons.notices import TITLES
from lessons.webhooks import Announcement, body, signed
from storage import webhooks
from storage.database import Database
from storage.webhooks import Errand

PAUSE_S = 2.0
TIMEOUT_S = 10.0
LONGEST_ANSWER = 10_000  # bytes; theirs have a hundred
AGAIN_S = 5.0
log = logging.getLogger(__name__)


class Courier:
    """Says what waits in the outbox.

    Args:
        address: what people type to reach this server; links begin with it.
    """

    def __init__(self, database: Database, address: str) -> None:
        self.database = database
        self.address = address.rstrip("/")
        self._http = urllib3.PoolManager(timeout=TIMEOUT_S, retries=False)

    async def run(self) -> None:
        """Carry what is due, until cancelled."""
        while True:
            if not await run_in_threadpool(self.carry_one):
                await asyncio.sleep(PAUSE_S)

    def carry_one(self) -> bool:
        """Say what the robot that is due longest has to say; False where none is due."""
        with self.database.read() as connection:
            if not webhooks.due(connection):
                return False
        with self.database.write() as connection:
            errand = webhooks.claim(connection)
        if errand is None:
            return False  # another process was quicker
        reason = self._post(errand)
        with self.database.write() as connection:
            if reason is None:
                webhooks.said(connection, errand)
            else:
                webhooks.refused(connection, errand, reason)
        return True

    def _post(self, errand: Errand) -> str | None:
        """Send one message; return why it was not taken, None where it was."""
        news = [
            Announcement(title=TITLES[pending.kind], link=f"{self.address}{pending.path}")
            for pending in errand.news
        ]
        url = signed(errand.service, errand.url, errand.secret, time.time_ns() // 1_000_000)
        try:
            answer = self._http.request(
                "POST", url, json=body(errand.service, news), redirect=False, preload_content=False
            )
            said = answer.read(LONGEST_ANSWER)
            answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            return type(error).__name__  # its text would repeat the address, which is a secret
        return _refusal(answer.status, said)


def _refusal(status: int, said: bytes) -> str | None:
    """Return what the robot's service objects to: both answer errcode 0 where they took it."""
    try:
        answer = json.loads(said)
        code, words = answer["errcode"], str(answer.get("errmsg", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"HTTP {status}"
    return None if status == 200 and code == 0 else f"{code} {words}"


async def supervised(work: Callable[[], Awaitable[None]], name: str) -> None:
    """Run `work` again and again: when an error ends it, say so and begin anew after a pause."""
    while True:
        task = asyncio.ensure_future(work())
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
        if (error := task.exception()) is not None:
            log.error("%s ended and begins again", name, exc_info=error)
        await asyncio.sleep(AGAIN_S)
