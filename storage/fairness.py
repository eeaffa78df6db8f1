"""Whose turn it is, among the steps that may start: one order, for workers and the dispatcher.

1. Light work before heavy work, for whoever serves both: no probe waits behind an encode.
2. Among schools, then among the uploaders of a school: who has the fewest steps at work, then whose
   last turn is longest ago. A hundred uploads of one take turns with a single one of another.
3. Short recordings before long ones, within bounds: each step gets a place in time, later by a
   multiple of its length, and by an hour at most, so that nothing waits for ever.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.sql.selectable import Subquery

from lessons import StepState
from storage import tables
from storage.database import now_ms

T = tables.step.c
R = tables.recording.c

HEAVY = ("transcode", "asr")
RECENT_MS = 6 * 3_600_000  # turns before that are forgotten: those schools are equal again
HANDICAP = 4  # a step stands back by this multiple of its length
LONGEST_HANDICAP_MS = 3_600_000


def first(queues: Collection[str], which: ColumnElement[bool]) -> Select[str]:
    """Return the query for the step of `queues` whose turn it is, of those that `which` holds."""
    schools = _shares(queues, R.school_group_id)
    people = _shares(queues, R.school_group_id, R.uploaded_by)
    handicap = T.length_ms * HANDICAP
    longest = LONGEST_HANDICAP_MS
    return (
        select(T.id)
        .join(tables.recording, R.id == T.recording_id)
        .outerjoin(schools, schools.c.school_group_id == R.school_group_id)
        .outerjoin(
            people,
            and_(
                people.c.school_group_id == R.school_group_id,
                people.c.uploaded_by.is_not_distinct_from(R.uploaded_by),
            ),
        )
        .where(T.queue.in_(queues), which)
        .order_by(
            case((T.queue.in_(HEAVY), 1), else_=0),
            func.coalesce(schools.c.busy, 0),
            func.coalesce(schools.c.served_ms, 0),
            func.coalesce(people.c.busy, 0),
            func.coalesce(people.c.served_ms, 0),
            T.created_at_ms + case((handicap > longest, longest), else_=handicap),
            T.id,
        )
        .limit(1)
    )


def _shares(queues: Collection[str], *owner: Column[Any]) -> Subquery:
    """What each owner of recordings has at work in `queues`, and when its last turn was."""
    rung = and_(T.state == StepState.READY, T.dispatched_at_ms > 0)  # a broker was told of it
    at_work = or_(T.state == StepState.RUNNING, rung)
    started = func.coalesce(T.started_at_ms, 0)
    turn = case((T.dispatched_at_ms > started, T.dispatched_at_ms), else_=started)
    return (
        select(
            *owner,
            func.sum(case((at_work, 1), else_=0)).label("busy"),
            func.max(turn).label("served_ms"),
        )
        .join(tables.recording, R.id == T.recording_id)
        .where(T.queue.in_(queues), or_(at_work, T.started_at_ms > now_ms() - RECENT_MS))
        .group_by(*owner)
        .subquery()
    )
