"""The tables of comments and reviews: what is said, how it is judged, what is decided."""

from sqlalchemy import (
    JSON,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from lessons import Blindness, CommentSubject, Outcome, ReviewKind
from storage.columns import (
    UtcDateTime,
    created_at,
    metadata,
    one_of,
    own_id,
    person_id,
    school_group_id,
)

rubric = Table(  # never changed: an import is the next number, an old review keeps its wording
    "rubric",
    metadata,
    own_id(),
    Column("school_group_id", ForeignKey("school_group.id")),  # None: came with the framework
    Column("framework_id", String(60), nullable=False),
    Column("framework_version", String(64), nullable=False),
    Column("competency", String(40), nullable=False),
    Column("number", Integer, nullable=False),
    Column("criteria", JSON, nullable=False),
    Column("aggregation", JSON, nullable=False),
    Column("origin", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    created_at(),
    UniqueConstraint("school_group_id", "framework_version", "competency", "number"),
    Index(None, "framework_version", "competency"),
)

assignment = Table(
    "assignment",
    metadata,
    own_id(),
    school_group_id(index=True),
    Column("set_id", ForeignKey("evidence_set.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("reviewer_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("reviewer", Text, nullable=False),
    Column("blindness", String(16), nullable=False),
    Column("round", Integer, nullable=False),
    Column("due_on", Date),
    Column("organiser_id", ForeignKey("person.id"), nullable=False),
    Column("organiser", Text, nullable=False),
    created_at(),
    UniqueConstraint("set_id", "kind", "reviewer_id", "round"),
    one_of("kind", ReviewKind),
    one_of("blindness", Blindness),
)

review = Table(
    "review",
    metadata,
    Column("id", ForeignKey("assignment.id", ondelete="CASCADE"), primary_key=True),
    Column("rubric_id", ForeignKey("rubric.id")),
    Column("marks", JSON, nullable=False),
    Column("summary", Text, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("saved_at", UtcDateTime),
    Column("submitted_at", UtcDateTime),
)

decision = Table(
    "decision",
    metadata,
    own_id(),
    Column("set_id", ForeignKey("evidence_set.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("round", Integer, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("level", String(20)),
    Column("reasons", Text, nullable=False),
    Column("findings", JSON, nullable=False),
    person_id("decided_by_id"),
    Column("decided_by", Text, nullable=False),
    created_at(),
    one_of("outcome", Outcome),
)

comment = Table(
    "comment",
    metadata,
    own_id(),
    Column("subject", String(16), nullable=False),
    Column("subject_id", String(36), nullable=False),
    Column("lesson_id", ForeignKey("lesson.id", ondelete="CASCADE"), index=True),
    Column("recording_id", ForeignKey("recording.id", ondelete="CASCADE"), index=True),
    Column("item_id", ForeignKey("evidence_item.id", ondelete="SET NULL")),
    Column("thread_id", ForeignKey("comment.id", ondelete="CASCADE"), index=True),
    Column("review_id", ForeignKey("review.id", ondelete="CASCADE"), index=True),
    person_id("author_id"),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("anchor", JSON(none_as_null=True)),
    Column("mentions", JSON, nullable=False),
    Column("resolved_by", Text),
    Column("resolved_at", UtcDateTime),
    Column("revision", Integer, nullable=False, server_default="1"),
    created_at(),
    Column("edited_at", UtcDateTime),
    Index(None, "subject_id", "subject"),
    one_of("subject", CommentSubject),
)
