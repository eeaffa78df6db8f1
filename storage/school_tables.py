"""The tables of people: the school, who works there, how they sign in, what they share."""

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
    UniqueConstraint,
)

from lessons.sharing import Audience, ShareRight
from storage.columns import UtcDateTime, created_at, metadata, one_of, own_id, school_group_id

school_group = Table(
    "school_group",
    metadata,
    own_id(),
    Column("name", Text, nullable=False),
    Column("subjects", JSON, nullable=False),
    Column("grades", JSON, nullable=False),
    Column("quota_bytes", BigInteger),  # for recordings and uploads; None: as the settings say
    Column("revision", Integer, nullable=False, server_default="1"),
    created_at(),
)

campus = Table(
    "campus",
    metadata,
    own_id(),
    school_group_id(),
    Column("name", String(200), nullable=False),
    UniqueConstraint("school_group_id", "name"),
)

research_group = Table(
    "research_group",
    metadata,
    own_id(),
    school_group_id(),
    Column("campus_id", ForeignKey("campus.id", ondelete="SET NULL")),
    Column("name", String(200), nullable=False),
    Column("subject", Text),
    UniqueConstraint("school_group_id", "campus_id", "name"),
)

room = Table(
    "room",
    metadata,
    own_id(),
    school_group_id(),
    Column("campus_id", ForeignKey("campus.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(200), nullable=False),
    UniqueConstraint("campus_id", "name"),
)

person = Table(
    "person",
    metadata,
    own_id(),
    school_group_id(),
    Column("campus_id", ForeignKey("campus.id", ondelete="SET NULL")),
    Column("staff_number", String(60), nullable=False),
    Column("name", String(100), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("active", Boolean, nullable=False, server_default="1"),
    Column("points", JSON, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    created_at(),
    UniqueConstraint("school_group_id", "staff_number"),
    Index(None, "staff_number"),
    Index(None, "name"),
)

membership = Table(
    "membership",
    metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "group_id",
        ForeignKey("research_group.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    Column("leads", Boolean, nullable=False, server_default="0"),
)

password = Table(
    "password",
    metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", Text, nullable=False),  # argon2id, with its salt and cost
    Column("one_time", Boolean, nullable=False),  # given by somebody else: to be changed at once
    Column("changed_at", UtcDateTime, nullable=False),
)

session = Table(  # an id is never kept, only its digest: who reads the table can't sign in with it
    "session",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),  # however busy it is
    Column("address", String(60), nullable=False),
    Column("agent", Text, nullable=False),  # what the browser calls itself
)

api_key = Table(
    "api_key",
    metadata,
    own_id(),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("prefix", String(12), nullable=False),  # by which people recognise it
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    created_at(),
)

failed_sign_in = Table(
    "failed_sign_in",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("account", String(200), nullable=False),
    Column("address", String(60), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "account", "at_ms"),
    Index(None, "address", "at_ms"),
)

share = Table(
    "share",
    metadata,
    Column("lesson_id", ForeignKey("lesson.id", ondelete="CASCADE"), primary_key=True),
    Column("audience", String(12), primary_key=True),
    Column("audience_id", String(36), primary_key=True),
    Column("allows", String(8), nullable=False),
    created_at(),
    Index(None, "audience_id", "audience"),
    one_of("audience", Audience),
    one_of("allows", ShareRight),
)
