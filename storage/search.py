"""Finds speech and titles, to the second. The index is written in the transaction of the words.

`search_entry` holds what can be found, in either database; only how a phrase of grams is matched
differs (`_holds`): FTS5 in SQLite, in PostgreSQL a tsvector that is made of the same grams. What
the index finds is held against the folded text itself, so that nothing is shown that does not
contain the query; so a tsvector without positions is enough, and half as large.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    cast,
    column,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    table,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from lessons import Span, Utterance
from lessons.editing import heard_at
from storage import tables
from storage.bigrams import fold, grams, phrase, place_in_original, terms
from storage.mapping import from_row

T = tables.search_entry.c
INDEX = table("search_grams", column("rowid"))  # made by the migration, kept by triggers
TOKENS: ColumnElement[Any] = literal_column(
    "search_entry.tokens"
)  # made of `grams` by PostgreSQL itself
AROUND = 40  # characters of a snippet before and after what was found


class SearchKind(StrEnum):
    """What was found."""

    UTTERANCE = "utterance"
    LESSON = "lesson"
    SEGMENT = "segment"
    CLIP = "clip"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One text that can be found, and where it leads."""

    subject_id: str
    recording_id: str | None
    span: Span
    text: str


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One thing found: where to go, and the words around it."""

    kind: SearchKind
    subject_id: str
    recording_id: str | None
    lesson_id: str | None
    lesson_title: str | None
    at_ms: int  # when the words are said, not only when their utterance begins
    end_ms: int
    snippet: str
    marks: tuple[tuple[int, int], ...]  # half-open stretches of `snippet`
    cursor: str  # what the next page starts after


def put(connection: Connection, kind: SearchKind, entries: Iterable[Entry]) -> None:
    """Let these be found, in place of what the index held of them."""
    new = list(entries)
    forget(connection, kind, [entry.subject_id for entry in new])
    rows = [
        {
            "kind": kind,
            "subject_id": entry.subject_id,
            "recording_id": entry.recording_id,
            "start_ms": entry.span.start_ms,
            "end_ms": entry.span.end_ms,
            "text": entry.text,
            "folded": fold(entry.text),
            "grams": " ".join(grams(entry.text)),
        }
        for entry in new
        if entry.text.strip()
    ]
    if rows:
        connection.execute(insert(tables.search_entry), rows)


def forget(connection: Connection, kind: SearchKind, subject_ids: Sequence[str]) -> None:
    """Take these out of the index."""
    if subject_ids:
        connection.execute(
            delete(tables.search_entry).where(T.kind == kind, T.subject_id.in_(subject_ids))
        )


def forget_recording(connection: Connection, kind: SearchKind, recording_id: str) -> None:
    """Take everything of this kind in a recording out of the index."""
    connection.execute(
        delete(tables.search_entry).where(T.kind == kind, T.recording_id == recording_id)
    )


def find(
    connection: Connection,
    query: str,
    *conditions: ColumnElement[bool],
    kinds: Sequence[SearchKind] = tuple(SearchKind),
    recording_id: str | None = None,
    lessons: Select[str] | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Sequence[Hit]:
    """Return what contains every term of `query`: newest recording first, then in order of time.

    Args:
        conditions: on `tables.search_entry`, such as what somebody may see (`storage.visibility`).
        lessons: ids of those that may be named as where it was found; None for all.
        after: the `cursor` of the last hit already seen.
    """
    wanted = terms(query)
    if not wanted:
        return []
    found = select(tables.search_entry).where(
        *conditions,
        T.kind.in_(kinds),
        _holds(connection, wanted),
        *(T.folded.contains(t) for t in wanted),
    )
    if recording_id:
        found = found.where(T.recording_id == recording_id)
    place = func.coalesce(T.recording_id, "")
    if after:
        last_place, last_ms, last_id = after.split("~")
        later = tuple_(T.start_ms, T.id) > tuple_(int(last_ms), int(last_id))
        found = found.where(or_(place < last_place, and_(place == last_place, later)))
    page = found.order_by(place.desc(), T.start_ms, T.id).limit(limit).subquery("page")
    lesson = tables.lesson
    query_all = (
        select(
            page,
            lesson.c.id.label("lesson_id"),
            lesson.c.title.label("lesson_title"),
            tables.utterance.c.words,
        )
        .select_from(page)
        .outerjoin(lesson, lesson.c.id == _lesson_of(page, lessons))
        .outerjoin(tables.utterance, tables.utterance.c.id == page.c.subject_id)
        .order_by(func.coalesce(page.c.recording_id, "").desc(), page.c.start_ms, page.c.id)
    )
    return [_hit(dict(row._mapping), wanted) for row in connection.execute(query_all)]


def _holds(connection: Connection, wanted: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that the index finds every term; the seam between the databases."""
    if connection.dialect.name != "sqlite":
        found = " & ".join(
            f"'{gram}'{':*' if one.open_end and gram == one.grams[-1] else ''}"
            for one in map(phrase, wanted)
            for gram in one.grams
        )
        return TOKENS.op("@@")(cast(found, TSQUERY))
    phrases = (phrase(term) for term in wanted)
    match = " ".join(f'"{" ".join(p.grams)}"{"*" if p.open_end else ""}' for p in phrases)
    rows = select(INDEX.c.rowid).where(literal_column(INDEX.name).op("MATCH")(match))
    return T.id.in_(rows)


def _lesson_of(page: Subquery, lessons: Select[str] | None) -> ColumnElement[str]:
    """Return the lesson that a found row belongs to, where it belongs to one."""
    part = tables.lesson_part.c
    inside = and_(
        part.recording_id == page.c.recording_id,
        part.start_ms <= page.c.start_ms,
        or_(page.c.start_ms < part.end_ms, part.end_ms == 0),
    )
    holders = select(part.lesson_id).where(inside)
    if lessons is not None:
        holders = holders.where(part.lesson_id.in_(lessons))
    holder = holders.limit(1).scalar_subquery()
    return case((page.c.kind == SearchKind.LESSON, page.c.subject_id), else_=holder)


def _hit(row: Mapping[str, Any], wanted: Sequence[str]) -> Hit:
    whole, folded = row["text"], row["folded"]
    first = min(folded.find(term) for term in wanted)
    place = place_in_original(whole, first)
    start, end = max(0, place - AROUND), min(len(whole), place + AROUND)
    at_ms = row["start_ms"]
    if row["kind"] == SearchKind.UTTERANCE and row["words"]:
        at_ms = heard_at(from_row(Utterance, row), place)
    values = dict(row) | {
        "at_ms": at_ms,
        "snippet": whole[start:end],
        "marks": _marks(whole[start:end], wanted),
        "cursor": f"{row['recording_id'] or ''}~{row['start_ms']}~{row['id']}",
    }
    return from_row(Hit, values)


def _marks(snippet: str, wanted: Sequence[str]) -> list[tuple[int, int]]:
    folded = fold(snippet)
    found = (match.span() for term in wanted for match in re.finditer(re.escape(term), folded))
    return sorted(
        (place_in_original(snippet, start), place_in_original(snippet, end - 1) + 1)
        for start, end in found
    )
