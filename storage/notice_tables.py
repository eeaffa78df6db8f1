"""The tables of notices, and of the robots that repeat them to a group's chat."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from lessons import NoticeKind, WebhookService
from storage.columns import UtcDateTime, created_at, metadata, one_of, own_id, school_group_id

notice = Table(
    "notice",
    metadata,
    own_id(),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("path", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    created_at(),
    Column("read_at", UtcDateTime),
    Index(None, "person_id", "id"),
    Index(None, "person_id", "read_at"),
    one_of("kind", NoticeKind),
)

webhook = Table(
    "webhook",
    metadata,
    own_id(),
    school_group_id(),
    Column("group_id", ForeignKey("research_group.id", ondelete="CASCADE")),
    Column("name", Text, nullable=False),
    Column("service", String(12), nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("enabled", Boolean, nullable=False, server_default="0"),
    Column("url", Text, nullable=False),  # a secret: it is written, and never shown again
    Column("secret", Text),
    Column("host", Text, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False, server_default="0"),
    Column("last_sent_at", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("last_error", Text),
    Column("revision", Integer, nullable=False, server_default="1"),
    created_at(),
    one_of("service", WebhookService),
)

announcement = Table(  # what is still to be said by a robot; gone when it is said
    "announcement",
    metadata,
    own_id(),
    Column("webhook_id", ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(24), nullable=False),
    Column("path", Text, nullable=False),
    Column("made_at_ms", BigInteger, nullable=False),
    one_of("kind", NoticeKind),
)
