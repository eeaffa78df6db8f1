"""The tables of projects: rounds of a school's assessment, and who was reminded when."""

from sqlalchemy import JSON, Column, Date, ForeignKey, Integer, String, Table, Text

from storage.columns import UtcDateTime, created_at, metadata, own_id, person_id, school_group_id

project = Table(
    "project",
    metadata,
    own_id(),
    school_group_id(index=True),
    Column("title", Text, nullable=False),
    Column("points_each", Integer, nullable=False),
    Column("stages", JSON, nullable=False),
    Column("group_ids", JSON, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("revision", Integer, nullable=False, server_default="1"),
    created_at(),
)

reminder = Table(  # the key is the limit: nobody is reminded twice in one day
    "reminder",
    metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("project_id", ForeignKey("project.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("aim", String(12), nullable=False),
    person_id("sent_by"),
    created_at(),
)
