"""The tables of clips, frameworks and evidence sets."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text

from lessons import ClipState, EvidenceKind, EvidenceState
from storage.columns import (
    UtcDateTime,
    created_at,
    metadata,
    one_of,
    own_id,
    person_id,
    recording_id,
    school_group_id,
    span,
)

clip = Table(
    "clip",
    metadata,
    own_id(),
    recording_id(index=True),
    Column("lesson_id", ForeignKey("lesson.id", ondelete="SET NULL")),
    person_id("owner_id", index=True),
    *span(),
    Column("title", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("competencies", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("media_digest", String(64)),
    Column("manifest_digest", String(64)),
    Column("suggestion_id", String(36)),
    Column("step_id", String(36)),  # the cut under way, or the one that made the file
    Column("revision", Integer, nullable=False, server_default="1"),
    created_at(),
    one_of("state", ClipState),
)

framework = Table(
    "framework",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("data", JSON, nullable=False),
    created_at(),
)

evidence_set = Table(
    "evidence_set",
    metadata,
    own_id(),
    school_group_id(index=True),
    Column("lesson_id", ForeignKey("lesson.id", ondelete="SET NULL"), index=True),
    person_id("teacher_id", index=True),
    Column("teacher", Text, nullable=False),
    Column("framework_id", String(60), nullable=False),
    Column("framework_version", String(64), nullable=False),
    Column("competency", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("submitted_at", UtcDateTime),
    Column("revision", Integer, nullable=False, server_default="1"),
    created_at(),
    one_of("state", EvidenceState),
)

evidence_item = Table(
    "evidence_item",
    metadata,
    own_id(),
    Column("set_id", ForeignKey("evidence_set.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),
    Column("requirement", String(60), nullable=False),
    Column("clip_id", ForeignKey("clip.id", ondelete="RESTRICT")),
    Column("document_digest", String(64)),
    Column("document_name", Text),
    Column("text", Text),
    created_at(),
    one_of("kind", EvidenceKind),
)
