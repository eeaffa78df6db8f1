"""What a school group lets go when its time is over: counted first, then deleted, one by one.

Each recording goes in a transaction of its own that looks again whether it may go, so that a crash
half-way leaves every other as it was. Only rows are deleted here; the janitor clears the objects
that no row names any more, after its time of grace.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from lessons import RecordingState, StepState
from lessons.errors import NotFound
from lessons.retention import Hold, Kept, RetentionRule, Withheld
from storage import audit, tables
from storage.database import Database
from storage.mapping import from_row
from storage.retention_tables import retention_hold, retention_rule

R = tables.recording.c
A = tables.artifact.c
RULE = retention_rule.c
HOLD = retention_hold.c


@dataclass(frozen=True, kw_only=True)
class Due:
    """One recording whose time is over."""

    recording_id: str
    kind: Kept
    arrived_at: datetime
    bytes: int  # that its deletion sets free, where nothing else names the same objects
    withheld: Withheld | None  # why it stays; None: it goes


@dataclass(frozen=True, kw_only=True)
class Storage:
    """How much a school group keeps."""

    recordings: int
    original_bytes: int
    made_bytes: int  # renditions, sounds, pictures, clips
    quota_bytes: int | None


def rules(connection: Connection, school_group_id: str) -> Sequence[RetentionRule]:
    """Return a school group's rules."""
    query = select(RULE.kind, RULE.days).where(RULE.school_group_id == school_group_id)
    rows = connection.execute(query.order_by(RULE.kind))
    return [RetentionRule(kind=Kept(row.kind), days=row.days) for row in rows]


def set_rules(
    connection: Connection,
    school_group_id: str,
    wanted: Sequence[RetentionRule],
    *,
    quota_bytes: int | None,
    actor: str,
) -> None:
    """Put these rules and this quota in the place of those there are; nothing is deleted by it."""
    connection.execute(delete(retention_rule).where(RULE.school_group_id == school_group_id))
    for rule in wanted:
        row = {"school_group_id": school_group_id, "kind": rule.kind, "days": rule.days}
        connection.execute(insert(retention_rule).values(row))
    group = tables.school_group
    mine = update(group).where(group.c.id == school_group_id)
    connection.execute(mine.values(quota_bytes=quota_bytes))
    said = {rule.kind.value: rule.days for rule in wanted}
    audit.record(
        connection, actor, "retention.rules", school_group_id, days=said, quota_bytes=quota_bytes
    )


def hold(connection: Connection, recording_id: str, reason: str, *, actor: str) -> None:
    """Withhold a recording from every rule."""
    connection.execute(delete(retention_hold).where(HOLD.recording_id == recording_id))
    connection.execute(
        insert(retention_hold).values(
            recording_id=recording_id,
            reason=reason,
            placed_by=str(actor),
            created_at=datetime.now(UTC),
        )
    )
    audit.record(connection, actor, "retention.hold", recording_id)


def let_go(connection: Connection, recording_id: str, *, actor: str) -> None:
    """End a hold.

    Raises:
        NotFound: there is none.
    """
    ended = connection.execute(delete(retention_hold).where(HOLD.recording_id == recording_id))
    if not ended.rowcount:
        raise NotFound(what="recording", id=recording_id)
    audit.record(connection, actor, "retention.let_go", recording_id)


def holds(connection: Connection, school_group_id: str) -> Sequence[Hold]:
    """Return what a school group withholds."""
    query = (
        select(retention_hold)
        .join(tables.recording, R.id == HOLD.recording_id)
        .where(R.school_group_id == school_group_id)
        .order_by(HOLD.created_at)
    )
    return [from_row(Hold, row) for row in connection.execute(query)]


def due(
    connection: Connection, school_group_id: str, recording_id: str | None = None
) -> Sequence[Due]:
    """Return everything whose time is over, what stays all the same too; nothing is changed."""
    found: list[Due] = []
    going: set[str] = set()
    kinds = {rule.kind: rule.days for rule in rules(connection, school_group_id)}
    for kind in (Kept.RECORDING, Kept.ORIGINAL):  # what goes whole has no original to count
        if kind not in kinds:
            continue
        query = _over(school_group_id, kind, kinds[kind])
        if recording_id is not None:
            query = query.where(R.id == recording_id)
        for row in connection.execute(query.order_by(R.created_at, R.id)):
            if row.id in going:
                continue
            why = Withheld(row.withheld) if row.withheld else None
            if why is None:
                going.add(row.id)
            one = {"recording_id": row.id, "kind": kind, "arrived_at": row.created_at}
            found.append(Due(**one, bytes=int(row.bytes), withheld=why))
    return found


def apply(database: Database, school_group_id: str, *, actor: str) -> Generator[Due, None, None]:
    """Delete what is due and not withheld, one recording at a time; yield each that is gone."""
    with database.read() as connection:
        planned = [one for one in due(connection, school_group_id) if one.withheld is None]
    for one in planned:
        with database.write() as connection:
            again = due(connection, school_group_id, one.recording_id)
            if not any(a.kind is one.kind and a.withheld is None for a in again):
                continue  # somebody held it, or made it evidence, since it was counted
            _delete(connection, one, actor)
        yield one


def storage_of(connection: Connection, school_group_id: str) -> Storage:
    """Return how much a school group keeps, and may keep."""
    ours = R.school_group_id == school_group_id
    count, originals = connection.execute(
        select(func.count(), func.coalesce(func.sum(R.bytes), 0)).where(ours)
    ).one()
    made = (
        select(func.coalesce(func.sum(A.bytes), 0))
        .join(tables.recording, R.id == A.recording_id)
        .where(ours, A.role != "original")
    )
    group = tables.school_group.c
    quota = select(group.quota_bytes).where(group.id == school_group_id)
    return Storage(
        recordings=int(count),
        original_bytes=int(originals),
        made_bytes=int(connection.execute(made).scalar_one()),
        quota_bytes=connection.execute(quota).scalar(),
    )


def _over(school_group_id: str, kind: Kept, days: int) -> Select[Any]:
    """Return the query for recordings that came more than `days` ago, and whether they stay."""
    of_kind = [A.role == "original"] if kind is Kept.ORIGINAL else []
    size = (
        select(func.coalesce(func.sum(A.bytes), 0))
        .where(A.recording_id == R.id, *of_kind)
        .scalar_subquery()
    )
    before = datetime.now(UTC) - timedelta(days=days)
    there = [] if kind is Kept.RECORDING else [exists().where(A.recording_id == R.id, *of_kind)]
    why = case(
        (exists().where(HOLD.recording_id == R.id), literal(Withheld.HOLD.value)),
        (_is_evidence(), literal(Withheld.EVIDENCE.value)),
        (_at_work(kind), literal(Withheld.AT_WORK.value)),
    )
    return select(R.id, R.created_at, size.label("bytes"), why.label("withheld")).where(
        R.school_group_id == school_group_id, R.created_at < before, *there
    )


def _is_evidence() -> ColumnElement[bool]:
    """Whether an evidence set names a clip of it, or a lesson in it; also one not handed in yet."""
    clip, item = tables.clip.c, tables.evidence_item.c
    part, chosen = tables.lesson_part.c, tables.evidence_set.c
    by_clip = exists().where(item.clip_id == clip.id, clip.recording_id == R.id)
    by_lesson = exists().where(chosen.lesson_id == part.lesson_id, part.recording_id == R.id)
    return or_(by_clip, by_lesson)


def _at_work(kind: Kept) -> ColumnElement[bool]:
    step = tables.step.c
    waits = step.state.in_((StepState.READY, StepState.RUNNING))
    busy = exists().where(and_(step.recording_id == R.id, waits))
    return busy if kind is Kept.RECORDING else or_(busy, R.state != RecordingState.READY)


def _delete(connection: Connection, one: Due, actor: str) -> None:
    recording = connection.execute(select(R.sha256, R.bytes).where(R.id == one.recording_id)).one()
    if one.kind is Kept.ORIGINAL:
        original = and_(A.recording_id == one.recording_id, A.role == "original")
        connection.execute(delete(tables.artifact).where(original))
    else:
        part, lesson = tables.lesson_part.c, tables.lesson.c
        whole = select(part.lesson_id).where(part.recording_id == one.recording_id)
        lessons = list(connection.execute(whole).scalars())
        connection.execute(delete(tables.recording).where(R.id == one.recording_id))
        left = exists().where(part.lesson_id == lesson.id)
        connection.execute(delete(tables.lesson).where(lesson.id.in_(lessons), ~left))
    audit.record(
        connection,
        actor,
        "retention.delete",
        one.recording_id,
        kind=one.kind.value,
        sha256=recording.sha256,
        bytes=one.bytes,
        arrived_at=one.arrived_at.isoformat(),
    )
