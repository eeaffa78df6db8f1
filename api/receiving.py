"""Takes the bytes of uploads to the disk while others are served.

Nothing is read before the caller was let in and became the one writer. Bytes are gathered to a few
megabytes, written at their offset in a thread while the next ones come in, and synced every so
often; only then does the offset in the database move. What was not acknowledged is cut off.
"""

import asyncio
import contextlib
import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import anyio.to_thread
from starlette.requests import ClientDisconnect

from api.services import Services
from api.tus import Checksum
from ingest.uploads import collect, finish, finish_all
from lessons import Upload, UploadState
from lessons.errors import DiskFull, GuankeError, MediaTooLarge
from lessons.outages import Outage
from lessons.upload_errors import ChecksumMismatch, UploadOver, UploadSilent
from storage import uploads
from storage.growing import GrowingFile, place

if TYPE_CHECKING:
    from hashlib import _Hash

Result = TypeVar("Result")

PIECE = 2 << 20  # gathered before a write; one more may be on its way to the disk
SYNC_BYTES, SYNC_S = 32 << 20, 2.0  # what a crash may cost at most, whichever comes first
IDLE_S = 30.0  # a sender that says nothing for so long has gone; shorter than a lease
WRITERS = 4  # threads that write for uploads; other requests have their own
TIDY_S = 10.0  # between two looks at what waits
DIGESTS = 1000  # running SHA-256 kept; one that was dropped is taken again from the file


class Receiver:
    """The door for uploads of one web process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limiter = anyio.CapacityLimiter(WRITERS)
        self._digests: OrderedDict[str, tuple[int, _Hash]] = OrderedDict()
        self._waiting = asyncio.Event()  # something is complete and waits to be admitted

    async def in_thread(self, work: Callable[..., Result], *given: object) -> Result:
        """Run what waits for disk or database in a thread of the uploads' own."""
        return await anyio.to_thread.run_sync(partial(work, *given), limiter=self._limiter)

    async def take(
        self,
        upload_id: str,
        offset: int,
        body: AsyncIterator[bytes],
        *,
        length: int | None,
        checksum: Checksum | None,
    ) -> Upload:
        """Write the body of a request at `offset`; return how the upload stands then.

        Raises:
            NotFound, UploadOver, UploadBusy, OffsetMismatch: it takes no bytes, or not these.
            MediaTooLarge: the body is longer than was announced; nothing of it was kept.
            ChecksumMismatch: it came in damaged; nothing of it was kept.
            DiskFull: there was no room; what was acknowledged before stays.
        """
        mine = await self.in_thread(self._claim, upload_id, offset, length)
        try:
            now = await self._write(mine, body, checksum)
        finally:
            await self.in_thread(self._release, mine)
        if now.state is UploadState.COMPLETE:
            now = await self._finish(now)
        return now

    def _claim(self, upload_id: str, offset: int, length: int | None) -> Upload:
        with self._services.database.write() as connection:
            mine = uploads.claim(
                connection, upload_id, offset, self._services.owner, self._services.upload_terms
            )
            if length is not None and offset + length > mine.bytes:
                raise MediaTooLarge(file=mine.file_name, detail=f"> {mine.bytes}")
        return mine

    async def _write(
        self, mine: Upload, body: AsyncIterator[bytes], checksum: Checksum | None
    ) -> Upload:
        try:
            writer = await self.in_thread(
                Writer, mine, self._services, checksum, self._running(mine)
            )
        except FileNotFoundError as error:
            raise UploadOver(state=UploadState.CANCELLED) from error
        try:
            await self._pump(writer, body)
            now: Upload = await self.in_thread(writer.end)
        except (ClientDisconnect, UploadSilent, asyncio.CancelledError):
            await self.in_thread(writer.keep)  # the sender went away: what came is his
            raise
        except MediaTooLarge:
            await self.in_thread(writer.rewind)
            raise
        except GuankeError:
            await self.in_thread(writer.undo)
            raise
        finally:
            await self.in_thread(writer.close)
            self._remember(mine.id, writer)
            if writer.now.state is UploadState.COMPLETE:  # perhaps its sender went away just then
                self._waiting.set()
        return now

    async def _pump(self, writer: "Writer", body: AsyncIterator[bytes]) -> None:
        """Read on while the last pieces are written; never hold more than two gatherings."""
        gathered: list[bytes] = []
        size = 0
        writing: asyncio.Task[None] | None = None
        clock = asyncio.get_running_loop().time
        written_at = clock()
        try:
            async with asyncio.timeout(IDLE_S) as patience:
                async for piece in body:
                    gathered.append(piece)
                    size += len(piece)
                    if size >= PIECE or clock() - written_at >= SYNC_S:
                        patience.reschedule(None)  # the disk may take its time, the sender not
                        if writing:
                            await writing
                        writing = asyncio.create_task(self.in_thread(writer.write, gathered))
                        gathered, size, written_at = [], 0, clock()
                    patience.reschedule(clock() + IDLE_S)
        except TimeoutError as error:
            raise UploadSilent(seconds=round(IDLE_S)) from error
        finally:
            if writing:
                await writing
            await self.in_thread(writer.write, gathered)

    async def _finish(self, upload: Upload) -> Upload:
        """Make it a recording at once where its digest is known; else that takes its time."""
        digest = self._digest(upload)
        if digest is None:
            self._waiting.set()
            return upload
        house = self._services
        admit = partial(
            finish,
            upload,
            database=house.database,
            store=house.store,
            folder=house.uploads,
            digest=digest,
        )
        try:
            return await self.in_thread(admit)
        except (DiskFull, Outage):  # its bytes are safe: the record follows when there is room
            return upload

    async def run(self) -> None:
        """Admit what a killed process left complete, and end what nobody went on with, for ever."""
        while True:
            await self.in_thread(self.tidy)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._waiting.wait(), TIDY_S)
            self._waiting.clear()

    def tidy(self) -> None:
        """Do so once."""
        house = self._services
        finish_all(
            database=house.database,
            store=house.store,
            folder=house.uploads,
            digest_of=self._digest,
        )
        collect(database=house.database, folder=house.uploads)

    def _digest(self, upload: Upload) -> str | None:
        """Return the SHA-256 of a complete upload, where it was taken on the way."""
        position, digest = self._digests.get(upload.id, (0, None))
        return digest.hexdigest() if digest and position == upload.bytes else None

    def _release(self, mine: Upload) -> None:
        with self._services.database.write() as connection:
            uploads.release(connection, mine)

    def _running(self, mine: Upload) -> "_Hash | None":
        """Return the running SHA-256 that ends where this writer begins."""
        if mine.offset == 0:
            return hashlib.sha256()
        position, digest = self._digests.get(mine.id, (0, None))
        return digest.copy() if digest and position == mine.offset else None

    def _remember(self, upload_id: str, writer: "Writer") -> None:
        self._digests.pop(upload_id, None)
        if writer.acknowledged_digest is not None:
            self._digests[upload_id] = (writer.acknowledged, writer.acknowledged_digest)
        while len(self._digests) > DIGESTS:
            self._digests.popitem(last=False)


class Writer:
    """One request at work on one upload. Its methods wait for the disk: call them in a thread."""

    def __init__(
        self, mine: Upload, services: Services, checksum: Checksum | None, digest: "_Hash | None"
    ) -> None:
        """Open the file; `digest` is the running SHA-256 of what it holds, where that is known."""
        self._mine = mine
        self._services = services
        self._checksum = checksum
        self._sum = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        self._digest = digest
        self.now = mine
        self._file = GrowingFile(place(services.uploads, mine.id), mine.offset)
        self._synced_at = time.monotonic()
        self.acknowledged = mine.offset
        self._begun = digest.copy() if digest else None
        self.acknowledged_digest = self._begun

    def write(self, pieces: list[bytes]) -> None:
        """Write pieces behind what is there, and acknowledge them when it is time.

        Raises:
            MediaTooLarge: they go beyond the end that was announced.
        """
        if self._file.position + sum(map(len, pieces)) > self._mine.bytes:
            raise MediaTooLarge(file=self._mine.file_name, detail=f"> {self._mine.bytes}")
        self._file.write(pieces)
        for digest in (self._digest, self._sum):
            if digest is not None:
                for piece in pieces:
                    digest.update(piece)
        due = (
            self._file.position - self.acknowledged >= SYNC_BYTES
            or time.monotonic() - self._synced_at >= SYNC_S
        )
        if due and self._checksum is None and self._file.position < self._mine.bytes:
            self._acknowledge()

    def end(self) -> Upload:
        """Acknowledge all of it; the body ended well.

        Raises:
            ChecksumMismatch: it is not what the sender sent.
        """
        if self._checksum and self._sum and self._sum.digest() != self._checksum.digest:
            raise ChecksumMismatch
        if self._file.position > self.acknowledged:
            self._acknowledge()
        return self.now

    def keep(self) -> None:
        """Acknowledge what came before the sender went away, unless it can't be checked."""
        if self._checksum is None and self._file.position > self.acknowledged:
            self._acknowledge()

    def undo(self) -> None:
        """Take back what was not acknowledged."""
        self._file.cut_back(self.acknowledged)

    def rewind(self) -> None:
        """Take back everything that this request brought."""
        start = self._mine.offset
        self._file.cut_back(start)
        if self.acknowledged > start:
            self._record(start)
        self.acknowledged, self.acknowledged_digest = start, self._begun

    def close(self) -> None:
        """Let the next writer in."""
        self._file.close()

    def _acknowledge(self) -> None:
        self._file.sync()
        position = self._file.position
        self._record(position)
        self.acknowledged = position
        self.acknowledged_digest = self._digest.copy() if self._digest else None
        self._synced_at = time.monotonic()

    def _record(self, position: int) -> None:
        terms = self._services.upload_terms
        with self._services.database.write() as connection:
            self.now = uploads.advance(connection, self._mine, position, terms)
