"""The table of uploads; what is done with it stands in `storage.uploads`."""

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

from lessons import UploadState
from storage.columns import (
    created_at,
    metadata,
    one_of,
    own_id,
    person_id,
    school_group_id,
)

upload = Table(  # a file on its way in; the acknowledged offset is here and nowhere else
    "upload",
    metadata,
    own_id(),
    Column("file_name", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False, server_default="0"),
    Column("state", String(16), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("language", String(8)),
    Column("fingerprint", String(64), index=True),
    Column("claimed_sha256", String(64)),
    Column("sha256", String(64)),
    Column("recording_id", ForeignKey("recording.id", ondelete="SET NULL")),
    Column("lesson_id", ForeignKey("lesson.id", ondelete="SET NULL")),
    Column("new", Boolean),
    Column("uploaded_by", Text, nullable=False),
    person_id("uploader_id"),
    school_group_id(),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("lease_owner", String(120)),
    Column("lease_until_ms", BigInteger, nullable=False, server_default="0"),
    Column("error_code", String(64)),
    Column("error_facts", JSON(none_as_null=True)),
    Column("expires_at_ms", BigInteger, nullable=False),
    created_at(),
    Index(None, "state", "expires_at_ms"),
    one_of("state", UploadState),
)
