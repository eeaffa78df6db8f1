"""The tables. No behaviour: what is done with them stands in the files named after the nouns.

Those of evidence and of people have files of their own; all are reached from here.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from lessons import RecordingState, StepState, SuggestionState
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
from storage.evidence_tables import clip as clip
from storage.evidence_tables import evidence_item as evidence_item
from storage.evidence_tables import evidence_set as evidence_set
from storage.evidence_tables import framework as framework
from storage.notice_tables import announcement as announcement
from storage.notice_tables import notice as notice
from storage.notice_tables import webhook as webhook
from storage.project_tables import project as project
from storage.project_tables import reminder as reminder
from storage.review_tables import assignment as assignment
from storage.review_tables import comment as comment
from storage.review_tables import decision as decision
from storage.review_tables import review as review
from storage.review_tables import rubric as rubric
from storage.school_tables import api_key as api_key
from storage.school_tables import campus as campus
from storage.school_tables import failed_sign_in as failed_sign_in
from storage.school_tables import membership as membership
from storage.school_tables import password as password
from storage.school_tables import person as person
from storage.school_tables import research_group as research_group
from storage.school_tables import room as room
from storage.school_tables import school_group as school_group
from storage.school_tables import session as session
from storage.school_tables import share as share

recording = Table(
    "recording",
    metadata,
    own_id(),
    school_group_id(),
    person_id("uploaded_by"),
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("language", String(8)),
    Column("info", JSON(none_as_null=True)),
    Column("fingerprint", String(64), index=True),  # of size, head and tail: finds twins early
    created_at(),
    UniqueConstraint("school_group_id", "sha256"),
    one_of("state", RecordingState),
)

lesson = Table(
    "lesson",
    metadata,
    own_id(),
    school_group_id(index=True),
    Column("campus_id", ForeignKey("campus.id", ondelete="SET NULL")),
    person_id("teacher_id", index=True),
    Column("title", Text, nullable=False),
    *(
        Column(name, Text)
        for name in (
            "teacher", "subject", "grade", "class_name", "term", "textbook_unit", "group", "room",
        )
    ),
    Column("taught_on", Date),
    Column("revision", Integer, nullable=False, server_default="1"),
    created_at(),
)  # fmt: skip

lesson_part = Table(
    "lesson_part",
    metadata,
    Column("lesson_id", ForeignKey("lesson.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    recording_id(index=True),
    *span(),
)

step = Table(
    "step",
    metadata,
    own_id(),
    recording_id(),
    Column("kind", String(16), nullable=False),
    Column("queue", String(16), nullable=False),
    Column("input_digest", String(64), nullable=False),
    Column("params", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("crashes", Integer, nullable=False, server_default="0"),
    Column("retries", Integer, nullable=False, server_default="0"),
    Column("lease_owner", String(120)),
    Column("lease_until_ms", BigInteger, nullable=False, server_default="0"),
    Column("dispatched_at_ms", BigInteger, nullable=False, server_default="0"),
    Column("length_ms", BigInteger, nullable=False, server_default="0"),
    Column("not_before_ms", BigInteger, nullable=False, server_default="0"),
    Column("progress", Float, nullable=False, server_default="0"),
    Column("moved_at_ms", BigInteger),  # when it last showed progress, while it runs
    Column("error_code", String(64)),
    Column("error_facts", JSON(none_as_null=True)),
    Column("output", JSON(none_as_null=True)),
    Column("tools", JSON(none_as_null=True)),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("started_at_ms", BigInteger),
    Column("finished_at_ms", BigInteger),
    UniqueConstraint("recording_id", "kind", "input_digest"),
    Index(None, "state", "queue", "created_at_ms"),
    Index(None, "queue", "started_at_ms"),
    one_of("state", StepState),
)

occurrence = Table(  # counts that only grow: see `storage.occurrences`
    "occurrence",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("cause", String(64), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("ms", BigInteger, nullable=False),
)

worker = Table(  # who takes steps off a broker's queues, and when it was last heard of
    "worker",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("host", Text, nullable=False),
    Column("queues", JSON, nullable=False),  # name: how many steps at a time
    Column("version", String(40), nullable=False),
    Column("started_at_ms", BigInteger, nullable=False),
    Column("seen_at_ms", BigInteger, nullable=False),
)

artifact = Table(  # every object the store holds for us, and why
    "artifact",
    metadata,
    own_id(),
    Column("digest", String(64), nullable=False, index=True),
    Column("bytes", BigInteger, nullable=False),
    Column("media_type", String(80), nullable=False),
    Column("role", String(60), nullable=False),
    Column("recording_id", ForeignKey("recording.id", ondelete="CASCADE")),
    Column("step_id", ForeignKey("step.id", ondelete="CASCADE")),
    created_at(),
    UniqueConstraint("recording_id", "role", "digest"),
)

rendition = Table(
    "rendition",
    metadata,
    recording_id(primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("codec", String(40), nullable=False),
    Column("source", String(8), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("init_bytes", BigInteger, nullable=False),
    Column("segments", JSON, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("fps", JSON(none_as_null=True)),
    Column("bandwidth", BigInteger, nullable=False),
)

transcript = Table(
    "transcript",
    metadata,
    recording_id(primary_key=True),
    Column("language", String(8)),
    Column("made_by", Text, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
)

transcript_chunk = Table(  # what a running transcription has already heard; gone when it is done
    "transcript_chunk",
    metadata,
    Column("step_id", ForeignKey("step.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("chunk", JSON, nullable=False),
)

utterance = Table(
    "utterance",
    metadata,
    own_id(),
    recording_id(),
    *span(),
    Column("text", Text, nullable=False),
    Column("words", JSON, nullable=False),
    Column("speaker", String(20)),
    Column("revision", Integer, nullable=False, server_default="1"),
    Index(None, "recording_id", "start_ms"),
)

utterance_history = Table(  # what stood there before a person corrected it
    "utterance_history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("utterance_id", String(36), nullable=False, index=True),
    recording_id(),
    *span(),
    Column("text", Text, nullable=False),
    Column("words", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

scene_change = Table(
    "scene_change",
    metadata,
    recording_id(primary_key=True),
    Column("at_ms", BigInteger, primary_key=True),
    Column("kind", String(12), nullable=False),  # change, build
)

segment = Table(
    "segment",
    metadata,
    own_id(),
    recording_id(),
    *span(),
    Column("phase", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    Index(None, "recording_id", "start_ms"),
)

suggestion = Table(
    "suggestion",
    metadata,
    own_id(),
    recording_id(),
    *span(),
    Column("competency", String(40), nullable=False),
    Column("score", Float, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("dismiss_reason", Text),
    Column("clip_id", String(36)),
    Column("revision", Integer, nullable=False, server_default="1"),
    Index(None, "recording_id", "start_ms"),
    one_of("state", SuggestionState),
)

search_entry = Table(  # what can be found: one row for each line of speech and each title
    "search_entry",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", String(12), nullable=False),  # utterance, lesson, segment, clip
    Column("subject_id", String(36), nullable=False),
    Column("recording_id", ForeignKey("recording.id", ondelete="CASCADE"), index=True),
    *span(),
    Column("text", Text, nullable=False),  # as people wrote or said it
    Column("folded", Text, nullable=False),
    Column("grams", Text, nullable=False),  # what the full-text index reads
    Index(None, "kind", "subject_id"),
)

intake = Table(  # every file a drop folder offered: taken in, waiting for its teacher, or refused
    "intake",
    metadata,
    own_id(),
    school_group_id(),
    Column("identity", String(400), nullable=False, unique=True),
    Column("name", Text, nullable=False),  # within its drop folder
    Column("details", JSON, nullable=False),
    Column("matched", Boolean, nullable=False),
    Column("recording_id", ForeignKey("recording.id", ondelete="SET NULL")),
    Column("error_code", String(64)),
    Column("error_facts", JSON(none_as_null=True)),
    created_at(),
)

event = Table(  # live progress: read by id, resumed by id
    "event",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("recording_id", String(36), index=True),
    Column("kind", String(40), nullable=False),
    Column("data", JSON, nullable=False),
    sqlite_autoincrement=True,
)

audit = Table(  # append-only; each line carries the digest of the one before
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_id", String(36)),  # None: the system
    Column("school_group_id", String(36), index=True),  # None: from before there were people
    Column("action", String(60), nullable=False),
    Column("subject", String(80), nullable=False, index=True),
    Column("detail", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    sqlite_autoincrement=True,
)
