"""The tables of retention; what is done with them stands in `storage.retention`."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from storage.columns import created_at, metadata

retention_rule = Table(  # how long a school group keeps something; no row: for good
    "retention_rule",
    metadata,
    Column("school_group_id", ForeignKey("school_group.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("days", Integer, nullable=False),
)

retention_hold = Table(  # a recording that no rule touches until somebody lets it go
    "retention_hold",
    metadata,
    Column("recording_id", ForeignKey("recording.id", ondelete="RESTRICT"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    created_at(),
)
