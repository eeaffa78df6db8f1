"""Evidence sets (证据材料): what a teacher hands in for one competency, and what still lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from lessons import (
    EvidenceItem,
    EvidenceKind,
    EvidenceRule,
    EvidenceSet,
    EvidenceState,
    Framework,
    new_id,
)
from lessons.errors import Conflict, EvidenceIncomplete, NotFound, RequestFault
from lessons.evidence import still_missing
from lessons.people import person_of, school_of
from storage import artifacts, audit, clips, frameworks, lessons, tables
from storage.events import tell
from storage.mapping import from_row, to_row

T = tables.evidence_set.c
ITEM = tables.evidence_item.c
OPEN = (EvidenceState.DRAFT, EvidenceState.RETURNED)


@dataclass(frozen=True, kw_only=True)
class KeptEvidenceSet(EvidenceSet):
    """An evidence set, held against the rules of the competency it is for."""

    rules: tuple[EvidenceRule, ...]
    missing: tuple[EvidenceRule, ...]
    too_long: tuple[str, ...] = ()  # ids of items whose clip is longer than its rule allows


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file that a teacher hands in; its bytes are in the store already."""

    digest: str
    name: str  # as the teacher called it
    bytes: int
    media_type: str


@dataclass(frozen=True, kw_only=True)
class SetFilter:
    """Which evidence sets to list; what is None does not matter."""

    teacher: str | None = None
    lesson_id: str | None = None
    competency: str | None = None
    state: EvidenceState | None = None


def begin(
    connection: Connection, *, teacher: str, competency: str, lesson_id: str | None, actor: str
) -> KeptEvidenceSet:
    """Begin an evidence set under the framework now in use.

    Raises:
        UnknownCompetency, NotFound: there is no such competency or lesson.
    """
    framework = frameworks.current(connection)
    frameworks.competency(framework, competency)
    if lesson_id:
        lessons.get(connection, lesson_id)
    new = EvidenceSet(
        id=new_id(),
        school_group_id=school_of(actor),
        lesson_id=lesson_id,
        teacher_id=person_of(actor),
        teacher=teacher,
        framework_id=framework.id,
        framework_version=framework.version,
        competency=competency,
        state=EvidenceState.DRAFT,
        created_at=datetime.now(UTC),
    )
    connection.execute(insert(tables.evidence_set).values(to_row(new, tables.evidence_set)))
    audit.record(connection, actor, "evidence.begin", new.id, competency=competency)
    tell(connection, "evidence.changed", set=new.id, state=new.state)
    return get(connection, new.id)


def get(connection: Connection, set_id: str) -> KeptEvidenceSet:
    """Return one evidence set with its items.

    Raises:
        NotFound: there is none with this id.
    """
    found = _sets(connection, T.id == set_id, limit=1)
    if not found:
        raise NotFound(what="evidence set", id=set_id)
    return found[0]


def page(
    connection: Connection,
    chosen: SetFilter,
    *conditions: ColumnElement[bool],
    after: str | None = None,
    limit: int = 50,
) -> Sequence[KeptEvidenceSet]:
    """Return the chosen sets, newest first, that were begun before the one named `after`.

    Args:
        conditions: which ones besides, such as those that somebody may see (`storage.visibility`).
    """
    wanted = [
        T[name] == value
        for name in ("teacher", "lesson_id", "competency", "state")
        if (value := getattr(chosen, name)) is not None
    ]
    if after:
        wanted.append(T.id < after)
    return _sets(connection, *conditions, *wanted, limit=limit)


def add_item(
    connection: Connection,
    set_id: str,
    *,
    kind: EvidenceKind,
    requirement: str,
    actor: str,
    clip_id: str | None = None,
    document: Document | None = None,
    text: str | None = None,
) -> EvidenceItem:
    """Add a clip, a document or a reflection to a set that is still open.

    Raises:
        NotFound: there is no such set or clip.
        Conflict: the set was handed in already.
        RequestFault: the item lacks what its kind is made of.
    """
    _open(get(connection, set_id))
    content = {"clip": clip_id, "document": document, "reflection": (text or "").strip()}
    if not content[kind]:
        raise RequestFault(detail="item-incomplete", item=kind)
    if clip_id:
        clips.get(connection, clip_id)
    item = EvidenceItem(
        id=new_id(),
        kind=kind,
        requirement=requirement,
        clip_id=clip_id,
        document_digest=document.digest if document else None,
        document_name=document.name if document else None,
        text=text,
        created_at=datetime.now(UTC),
    )
    row = to_row(item, tables.evidence_item, set_id=set_id)
    connection.execute(insert(tables.evidence_item).values(row))
    if document:
        artifacts.keep(
            connection,
            digest=document.digest,
            size=document.bytes,
            media_type=document.media_type,
            role=f"document:{item.id}",
            recording_id=None,
        )
    _touch(connection, set_id)
    audit.record(connection, actor, "evidence.add", set_id, item=item.id, kind=kind)
    return item


def write_reflection(connection: Connection, item_id: str, text: str, *, actor: str) -> None:
    """Change the words of a reflection in a set that is still open.

    Raises:
        NotFound, Conflict: it is gone, or handed in already.
    """
    set_id, item = find_item(connection, item_id)
    _open(get(connection, set_id))
    if item.kind is not EvidenceKind.REFLECTION or not text.strip():
        raise RequestFault(detail="only-reflections")
    connection.execute(update(tables.evidence_item).where(ITEM.id == item_id).values(text=text))
    _touch(connection, set_id)
    audit.record(connection, actor, "evidence.reflect", set_id, item=item_id)


def remove_item(connection: Connection, item_id: str, *, actor: str) -> None:
    """Take an item out of a set that is still open; the clip itself stays.

    Raises:
        NotFound, Conflict: it is gone, or handed in already.
    """
    set_id, _ = find_item(connection, item_id)
    _open(get(connection, set_id))
    connection.execute(delete(tables.evidence_item).where(ITEM.id == item_id))
    artifacts.forget(connection, f"document:{item_id}")
    _touch(connection, set_id)
    audit.record(connection, actor, "evidence.remove", set_id, item=item_id)


def find_item(connection: Connection, item_id: str) -> tuple[str, EvidenceItem]:
    """Return the set's id and the item.

    Raises:
        NotFound: there is none with this id.
    """
    row = connection.execute(select(tables.evidence_item).where(ITEM.id == item_id)).first()
    if row is None:
        raise NotFound(what="evidence item", id=item_id)
    return str(row.set_id), from_row(EvidenceItem, row)


def submit(connection: Connection, set_id: str, revision: int, *, actor: str) -> KeptEvidenceSet:
    """Hand the set in.

    Raises:
        NotFound, Conflict: it is gone, was changed since `revision`, or is handed in already.
        EvidenceIncomplete: the framework asks for more.
    """
    kept = get(connection, set_id)
    _open(kept)
    if kept.missing:
        raise EvidenceIncomplete(missing=", ".join(rule.kind for rule in kept.missing))
    return _move(connection, kept, revision, EvidenceState.SUBMITTED, actor)


def take_back(connection: Connection, set_id: str, revision: int, *, actor: str) -> KeptEvidenceSet:
    """Make a set that was handed in a draft again, while nobody has judged it.

    Raises:
        NotFound, Conflict: it is gone, was changed since `revision`, or is not handed in.
    """
    kept = get(connection, set_id)
    if kept.state is not EvidenceState.SUBMITTED:
        raise Conflict(detail=kept.competency)
    return _move(connection, kept, revision, EvidenceState.DRAFT, actor)


def _move(
    connection: Connection, kept: KeptEvidenceSet, revision: int, state: EvidenceState, actor: str
) -> KeptEvidenceSet:
    if kept.revision != revision:
        raise Conflict(detail=kept.competency)
    values: dict[str, object] = {"state": state}
    if state in (EvidenceState.SUBMITTED, EvidenceState.DRAFT):
        values["submitted_at"] = datetime.now(UTC) if state is EvidenceState.SUBMITTED else None
    connection.execute(update(tables.evidence_set).where(T.id == kept.id).values(values))
    _touch(connection, kept.id)
    audit.record(connection, actor, f"evidence.{state}", kept.id)
    return get(connection, kept.id)


def _open(kept: EvidenceSet) -> None:
    if kept.state not in OPEN:
        raise Conflict(detail=kept.competency)


def _touch(connection: Connection, set_id: str) -> None:
    connection.execute(
        update(tables.evidence_set).where(T.id == set_id).values(revision=T.revision + 1)
    )
    tell(connection, "evidence.changed", set=set_id)


def _sets(
    connection: Connection, *conditions: ColumnElement[bool], limit: int
) -> Sequence[KeptEvidenceSet]:
    """Return sets with their items, newest first: one query for sets, one for all their items."""
    query = select(tables.evidence_set).where(*conditions).order_by(T.id.desc()).limit(limit)
    rows = connection.execute(query).all()
    items: dict[str, list[EvidenceItem]] = {row.id: [] for row in rows}
    lengths: dict[str, int] = {}
    clip = tables.clip
    query_items = (
        select(tables.evidence_item, (clip.c.end_ms - clip.c.start_ms).label("length_ms"))
        .outerjoin(clip, clip.c.id == ITEM.clip_id)
        .where(ITEM.set_id.in_(items))
        .order_by(ITEM.id)
    )
    for row in connection.execute(query_items):
        items[row.set_id].append(from_row(EvidenceItem, row))
        lengths[row.id] = row.length_ms or 0
    framework = cache(lambda name, version: frameworks.get(connection, name, version))
    return [
        _held_against_rules(
            from_row(EvidenceSet, row, items=items[row.id]),
            framework(row.framework_id, row.framework_version),
            lengths,
        )
        for row in rows
    ]


def _held_against_rules(
    kept: EvidenceSet, framework: Framework, lengths: Mapping[str, int]
) -> KeptEvidenceSet:
    rules = frameworks.competency(framework, kept.competency).evidence
    limits = {r.kind: r.max_minutes * 60_000 for r in rules if r.max_minutes is not None}
    return KeptEvidenceSet(
        **{name: getattr(kept, name) for name in EvidenceSet.__dataclass_fields__},
        rules=rules,
        missing=still_missing(rules, kept.items),
        too_long=tuple(
            item.id
            for item in kept.items
            if lengths[item.id] > limits.get(item.requirement, lengths[item.id])
        ),
    )
