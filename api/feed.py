"""Hands events to everybody who watches, with one reader of the table for all of them.

The table is the record (`storage.events`): a watcher that comes back reads there what it missed.
While somebody watches, one task reads what is new twice a second and keeps the latest in memory, so
that several hundred idle watchers cost as much as one.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import OperationalError

from lessons.outages import Outage
from storage import events
from storage.database import Database
from storage.events import SIGNED_OUT, Event

PAUSE_S = 0.5
KEPT = 2000  # latest events in memory
LASTS_S = 300  # a stream; who comes back after it is asked again who they are
log = logging.getLogger(__name__)


class Feed:
    """The stream of events of one process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._watchers = 0
        self._somebody = asyncio.Event()
        self._news = asyncio.Event()
        self._recent: deque[Event] = deque()
        self._floor = 0  # everything after this id, up to `_seen`, is in `_recent`
        self._seen = 0
        self._closed = False

    def close(self) -> None:
        """Let every stream end: the server stops, and watchers come back to the next one."""
        self._closed = True
        self._news.set()

    async def run(self) -> None:
        """Read what is new, as long as somebody watches; runs until it is cancelled."""
        while True:
            if not self._watchers:
                self._recent.clear()
                self._somebody.clear()
                await self._somebody.wait()
                self._floor = self._seen = await self.newest()
            try:
                self._take(await self._read(self._seen))
            except (OperationalError, Outage) as error:  # busy or away for a moment: ask again
                log.warning("events could not be read: %s", error)
            await asyncio.sleep(PAUSE_S)

    async def newest(self) -> int:
        """Return the id of the newest event there is."""

        def read() -> int:
            with self.database.read() as connection:
                return events.last_event_id(connection)

        return await run_in_threadpool(read)

    async def follow(
        self, after: int, recording_id: str | None = None, *, holder: str = ""
    ) -> AsyncIterator[Event]:
        """Yield what comes after the event `after`, of one recording or of all.

        It ends with `close`, after some minutes, and at once when the session or key that is its
        `holder` is over.
        """
        self._watchers += 1
        self._somebody.set()
        until = asyncio.get_running_loop().time() + LASTS_S
        try:
            while not self._closed:
                news = self._news
                if after >= self._floor and self._seen:
                    batch: Sequence[Event] = [e for e in self._recent if e.id > after]
                    after = max(after, self._seen)
                else:
                    batch = await self._read(after)
                    after = batch[-1].id if batch else max(after, self._floor)
                for event in batch:
                    if event.kind == SIGNED_OUT:
                        if event.data.get("holder") == holder:
                            return
                    elif recording_id in (None, event.recording_id):
                        yield event
                if not batch:
                    async with asyncio.timeout_at(until):
                        await news.wait()
        except TimeoutError:
            return
        finally:
            self._watchers -= 1

    def _take(self, new: Sequence[Event]) -> None:
        if not new:
            return
        self._recent.extend(new)
        self._seen = new[-1].id
        while len(self._recent) > KEPT:
            self._floor = self._recent.popleft().id
        self._news.set()
        self._news = asyncio.Event()

    async def _read(self, after: int) -> Sequence[Event]:
        def read() -> Sequence[Event]:
            with self.database.read() as connection:
                return events.events_after(connection, after)

        return await run_in_threadpool(read)
