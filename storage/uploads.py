"""Uploads: created, written to by one at a time, admitted once, expired.

The offset in the table is the only one that counts: it moves after the bytes before it are synced,
and only for whoever holds the newest `attempt`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, or_, select, update

from lessons import Recording, Upload, UploadState, new_id
from lessons.errors import Conflict, DiskFull, GuankeError, NotFound
from lessons.people import person_of, school_of
from lessons.records import LessonFacts
from lessons.upload_errors import OffsetMismatch, QuotaExceeded, UploadBusy, UploadOver
from storage import audit, tables
from storage.database import now_ms
from storage.events import tell
from storage.mapping import from_row, to_plain, to_row
from storage.upload_table import upload as table

T = table.c
LIVE = (UploadState.RECEIVING, UploadState.COMPLETE)


@dataclass(frozen=True, kw_only=True)
class UploadTerms:
    """How long a silent writer and a forgotten upload are kept, and how much may come in."""

    lease_ms: int = 60_000
    expires_ms: int = 7 * 24 * 3600 * 1000
    quota_bytes: int | None = None  # for everything a school group keeps; None: no limit
    reserve_bytes: int = 1 << 30  # left free on the disk for the work that follows


def create(
    connection: Connection,
    *,
    file_name: str,
    size: int,
    facts: LessonFacts,
    language: str | None,
    fingerprint: str | None,
    claimed_sha256: str | None,
    actor: str,
    terms: UploadTerms,
    free_bytes: int,
) -> Upload:
    """Begin an upload; its length is reserved at once.

    Args:
        free_bytes: what the disk has left now.

    Raises:
        QuotaExceeded: the school group may not keep so much.
        DiskFull: what is under way and this would not fit on the disk.
    """
    _reserve(connection, file_name, size, terms, free_bytes, school_of(actor))
    begun = Upload(
        id=new_id(),
        file_name=file_name,
        bytes=size,
        offset=0,
        state=UploadState.RECEIVING,
        facts=facts,
        language=language,
        fingerprint=fingerprint,
        claimed_sha256=claimed_sha256,
        uploaded_by=str(actor),
        uploader_id=person_of(actor),
        school_group_id=school_of(actor),
        expires_at_ms=0,
        created_at=datetime.now(UTC),
    )
    row = to_row(begun, table) | {"expires_at_ms": now_ms() + terms.expires_ms}
    connection.execute(insert(table).values(row))
    audit.record(connection, actor, "upload.begin", begun.id, file=file_name, bytes=size)
    return _changed(connection, begun.id)


def _reserve(
    connection: Connection,
    file_name: str,
    size: int,
    terms: UploadTerms,
    free_bytes: int,
    school_group_id: str,
) -> None:
    ours = case((T.school_group_id == school_group_id, T.bytes), else_=0)
    announced, missing = connection.execute(
        select(
            func.coalesce(func.sum(ours), 0), func.coalesce(func.sum(T.bytes - T.offset), 0)
        ).where(T.state.in_(LIVE))
    ).one()
    quota = _quota(connection, school_group_id, terms)
    if quota is not None:
        recording = tables.recording.c
        kept = connection.execute(
            select(func.coalesce(func.sum(recording.bytes), 0)).where(
                recording.school_group_id == school_group_id
            )
        ).scalar_one()
        left = quota - int(kept) - int(announced)
        if size > left:
            raise QuotaExceeded(file=file_name, left=max(0, left))
    if size + int(missing) + terms.reserve_bytes > free_bytes:
        raise DiskFull(path="uploads")


def _quota(connection: Connection, school_group_id: str, terms: UploadTerms) -> int | None:
    """Return what the settings and the school itself allow, the smaller of both."""
    group = tables.school_group.c
    own = connection.execute(select(group.quota_bytes).where(group.id == school_group_id)).scalar()
    return min((q for q in (own, terms.quota_bytes) if q is not None), default=None)


def get(connection: Connection, upload_id: str) -> Upload:
    """Return one upload.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(select(table).where(T.id == upload_id)).first()
    if row is None:
        raise NotFound(what="upload", id=upload_id)
    return from_row(Upload, row)


def standing(connection: Connection, upload_id: str) -> Upload:
    """Return an upload that is not over, or over because all of it arrived.

    Raises:
        NotFound, UploadOver: nobody can go on with it.
    """
    known = get(connection, upload_id)
    if known.state not in (*LIVE, UploadState.ADMITTED):
        raise UploadOver(state=known.state)
    return known


def page(
    connection: Connection,
    seen: ColumnElement[bool],
    *,
    states: Sequence[UploadState] = (),
    after: str | None = None,
    limit: int = 50,
) -> Sequence[Upload]:
    """Return uploads, newest first; `seen`: which ones (`storage.visibility`)."""
    query = select(table).where(seen).order_by(T.id.desc()).limit(limit)
    if states:
        query = query.where(T.state.in_(states))
    if after:
        query = query.where(T.id < after)
    return [from_row(Upload, row) for row in connection.execute(query)]


def claim(
    connection: Connection, upload_id: str, offset: int, owner: str, terms: UploadTerms
) -> Upload:
    """Become the one writer of an upload, which has to stand at `offset`.

    Raises:
        NotFound, UploadOver: there is nothing to write to.
        UploadBusy: somebody writes.
        OffsetMismatch: it stands elsewhere.
    """
    # a lease further ahead than a lease can lie: a clock was set back
    free = or_(T.lease_until_ms < now_ms(), T.lease_until_ms > now_ms() + terms.lease_ms)
    row = connection.execute(
        update(table)
        .where(T.id == upload_id, T.state == UploadState.RECEIVING, T.offset == offset, free)
        .values(attempt=T.attempt + 1, lease_owner=owner, lease_until_ms=now_ms() + terms.lease_ms)
        .returning(table)
    ).first()
    if row is not None:
        return from_row(Upload, row)
    known = get(connection, upload_id)
    if known.state is not UploadState.RECEIVING:
        raise UploadOver(state=known.state)
    if known.offset != offset:
        raise OffsetMismatch(offset=known.offset)
    raise UploadBusy


def advance(connection: Connection, mine: Upload, offset: int, terms: UploadTerms) -> Upload:
    """Acknowledge the bytes before `offset`, which are synced; the last of them complete it.

    Raises:
        UploadOver, UploadBusy: it was ended or taken over meanwhile; nothing was acknowledged.
    """
    whole = offset == mine.bytes
    done = connection.execute(
        update(table)
        .where(_mine(mine))
        .values(
            offset=offset,
            state=UploadState.COMPLETE if whole else UploadState.RECEIVING,
            lease_until_ms=now_ms() + terms.lease_ms,
            expires_at_ms=now_ms() + terms.expires_ms,
        )
    )
    if not done.rowcount:
        known = get(connection, mine.id)
        raise UploadBusy if known.state is UploadState.RECEIVING else UploadOver(state=known.state)
    return _changed(connection, mine.id)


def release(connection: Connection, mine: Upload) -> None:
    """Let the next writer in."""
    connection.execute(
        update(table)
        .where(T.id == mine.id, T.attempt == mine.attempt)
        .values(lease_owner=None, lease_until_ms=0)
    )


def release_all(connection: Connection, owners: str) -> None:
    """Let go of what was held by processes whose name begins so, and who are known to be dead."""
    connection.execute(
        update(table)
        .where(T.lease_owner.startswith(owners, autoescape=True))
        .values(lease_owner=None, lease_until_ms=0)
    )


def edit_facts(
    connection: Connection, upload_id: str, facts: LessonFacts, revision: int, *, actor: str
) -> Upload:
    """Change what will be said of the lesson, while the bytes come in.

    Raises:
        NotFound: there is no such upload.
        UploadOver: it is a recording already (edit its lesson), or will never be one.
        Conflict: somebody changed it since `revision`.
    """
    known = get(connection, upload_id)
    if known.state not in LIVE:
        raise UploadOver(state=known.state)
    done = connection.execute(
        update(table)
        .where(T.id == upload_id, T.revision == revision, T.state.in_(LIVE))
        .values(facts=to_plain(facts), revision=T.revision + 1)
    )
    if not done.rowcount:
        raise Conflict(detail="")
    audit.record(connection, actor, "upload.facts", upload_id, title=facts.title)
    return get(connection, upload_id)


def settle(
    connection: Connection, upload_id: str, recording: Recording, lesson_id: str, *, new: bool
) -> bool:
    """Note that the upload is a recording now; False where somebody else has done so."""
    return _end(
        connection,
        upload_id,
        (UploadState.COMPLETE,),
        UploadState.ADMITTED,
        sha256=recording.sha256,
        recording_id=recording.id,
        lesson_id=lesson_id,
        new=new,
    )


def refuse(connection: Connection, upload_id: str, error: GuankeError) -> bool:
    """Note why what arrived was not kept."""
    facts = {name: str(fact) for name, fact in error.facts.items()}
    reason = {"error_code": error.code, "error_facts": facts}
    return _end(connection, upload_id, LIVE, UploadState.REFUSED, **reason)


def cancel(connection: Connection, upload_id: str, *, actor: str) -> None:
    """End an upload that nobody wants any more; whoever writes to it is stopped.

    Raises:
        NotFound, UploadOver: it is not there, or over.
    """
    if not _end(connection, upload_id, (UploadState.RECEIVING,), UploadState.CANCELLED):
        raise UploadOver(state=get(connection, upload_id).state)
    audit.record(connection, actor, "upload.cancel", upload_id)


def expire(connection: Connection) -> Sequence[str]:
    """End what nobody went on with for too long; return the ids."""
    late = (T.state == UploadState.RECEIVING, T.expires_at_ms < now_ms())
    found = connection.execute(select(T.id).where(*late)).scalars().all()
    return [
        upload_id
        for upload_id in found
        if _end(connection, upload_id, (UploadState.RECEIVING,), UploadState.EXPIRED)
    ]


def complete(connection: Connection) -> Sequence[Upload]:
    """Return what has arrived and waits to become a recording, oldest first."""
    query = select(table).where(T.state == UploadState.COMPLETE).order_by(T.id)
    return [from_row(Upload, row) for row in connection.execute(query)]


def live_ids(connection: Connection) -> set[str]:
    """Return the uploads whose bytes are still needed."""
    return set(connection.execute(select(T.id).where(T.state.in_(LIVE))).scalars())


def _mine(mine: Upload) -> ColumnElement[bool]:
    return and_(T.id == mine.id, T.attempt == mine.attempt, T.state == UploadState.RECEIVING)


def _end(
    connection: Connection,
    upload_id: str,
    states: Sequence[UploadState],
    state: UploadState,
    **values: object,
) -> bool:
    done = connection.execute(
        update(table)
        .where(T.id == upload_id, T.state.in_(states))
        .values(state=state, lease_owner=None, lease_until_ms=0, attempt=T.attempt + 1, **values)
    )
    if done.rowcount:
        _changed(connection, upload_id)
    return bool(done.rowcount)


def _changed(connection: Connection, upload_id: str) -> Upload:
    now = get(connection, upload_id)
    facts: Mapping[str, object] = {"upload_id": now.id, "state": now.state, "offset": now.offset}
    tell(connection, "upload.state", recording_id=now.recording_id, **facts)
    return now
