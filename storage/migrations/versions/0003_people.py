"""People, the school they belong to, how they sign in, and whose a lesson is"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What was there before belongs to the first school group, and is nobody's own (待认领).
FIRST = "00000000-0000-7000-8000-000000000001"


def upgrade() -> None:
    _school()
    _people()
    _signing_in()
    _ownership()
    op.create_table(
        "share",
        sa.Column("lesson_id", sa.String(36), nullable=False),
        sa.Column("audience", sa.String(12), nullable=False),
        sa.Column("audience_id", sa.String(36), nullable=False),
        sa.Column("allows", sa.String(8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "audience IN ('person', 'group', 'campus', 'school_group')",
            name=op.f("ck_share_audience"),
        ),
        sa.CheckConstraint("allows IN ('look', 'comment', 'tag')", name=op.f("ck_share_allows")),
        _to("share", "lesson_id", "lesson", "CASCADE"),
        sa.PrimaryKeyConstraint("lesson_id", "audience", "audience_id", name=op.f("pk_share")),
    )
    op.create_index(op.f("ix_share_audience_id_audience"), "share", ["audience_id", "audience"])


def _to(table: str, column: str, target: str, ondelete: str | None = None) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete=ondelete
    )


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(36), nullable=False)


def _school_group_id() -> sa.Column[str]:
    return sa.Column("school_group_id", sa.String(36), nullable=False)


def _created_at() -> sa.Column[datetime]:
    return sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)


def _school() -> None:
    school_group = op.create_table(
        "school_group",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("grades", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        _created_at(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_group")),
    )
    op.bulk_insert(
        school_group,
        [
            {
                "id": FIRST,
                "name": "本校",
                "subjects": [],
                "grades": [],
                "created_at": datetime.now(UTC),
            }
        ],
    )
    op.create_table(
        "campus",
        _id(),
        _school_group_id(),
        sa.Column("name", sa.String(200), nullable=False),
        _to("campus", "school_group_id", "school_group"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campus")),
        sa.UniqueConstraint("school_group_id", "name", name=op.f("uq_campus_school_group_id_name")),
    )
    op.create_table(
        "research_group",
        _id(),
        _school_group_id(),
        sa.Column("campus_id", sa.String(36)),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("subject", sa.Text()),
        _to("research_group", "school_group_id", "school_group"),
        _to("research_group", "campus_id", "campus", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_research_group")),
        sa.UniqueConstraint(
            "school_group_id",
            "campus_id",
            "name",
            name=op.f("uq_research_group_school_group_id_campus_id_name"),
        ),
    )
    op.create_table(
        "room",
        _id(),
        _school_group_id(),
        sa.Column("campus_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        _to("room", "school_group_id", "school_group"),
        _to("room", "campus_id", "campus", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("campus_id", "name", name=op.f("uq_room_campus_id_name")),
    )


def _people() -> None:
    op.create_table(
        "person",
        _id(),
        _school_group_id(),
        sa.Column("campus_id", sa.String(36)),
        sa.Column("staff_number", sa.String(60), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        _created_at(),
        _to("person", "school_group_id", "school_group"),
        _to("person", "campus_id", "campus", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint(
            "school_group_id",
            "staff_number",
            name=op.f("uq_person_school_group_id_staff_number"),
        ),
    )
    op.create_index(op.f("ix_person_staff_number"), "person", ["staff_number"])
    op.create_index(op.f("ix_person_name"), "person", ["name"])
    op.create_table(
        "membership",
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("group_id", sa.String(36), nullable=False),
        sa.Column("leads", sa.Boolean(), server_default="0", nullable=False),
        _to("membership", "person_id", "person", "CASCADE"),
        _to("membership", "group_id", "research_group", "CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "group_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_group_id"), "membership", ["group_id"])


def _signing_in() -> None:
    op.create_table(
        "password",
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("one_time", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        _to("password", "person_id", "person", "CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_password")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        _created_at(),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(60), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        _to("session", "person_id", "person", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"])
    op.create_table(
        "api_key",
        _id(),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.String(12), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        _created_at(),
        _to("api_key", "person_id", "person", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
    )
    op.create_index(op.f("ix_api_key_person_id"), "api_key", ["person_id"])
    op.create_table(
        "failed_sign_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("address", sa.String(60), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_in")),
    )
    for column in ("account", "address"):
        name = op.f(f"ix_failed_sign_in_{column}_at_ms")
        op.create_index(name, "failed_sign_in", [column, "at_ms"])


def _ownership() -> None:
    """Say whose each thing is. The tables are written anew; foreign keys rest meanwhile."""
    owned = {
        "recording": ["school_group_id", "uploaded_by"],
        "lesson": ["school_group_id", "campus_id", "teacher_id"],
        "clip": ["owner_id"],
        "evidence_set": ["school_group_id", "teacher_id"],
        "intake": ["school_group_id"],
    }
    targets = {"school_group_id": "school_group", "campus_id": "campus"}
    for table, columns in owned.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                whole = column == "school_group_id"
                default = FIRST if whole else None
                batch.add_column(
                    sa.Column(column, sa.String(36), nullable=not whole, server_default=default)
                )
                target = targets.get(column, "person")
                batch.create_foreign_key(
                    op.f(f"fk_{table}_{column}_{target}"),
                    target,
                    [column],
                    ["id"],
                    ondelete=None if whole else "SET NULL",
                )
            if table == "recording":
                batch.drop_constraint("uq_recording_sha256", type_="unique")
                batch.create_unique_constraint(
                    op.f("uq_recording_school_group_id_sha256"), ["school_group_id", "sha256"]
                )
        _forget_default(table, columns)
    for table, column in (
        *(("lesson", "school_group_id"), ("lesson", "teacher_id"), ("clip", "owner_id")),
        *(("evidence_set", "school_group_id"), ("evidence_set", "teacher_id")),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.add_column("audit", sa.Column("actor_id", sa.String(36)))
    op.add_column("audit", sa.Column("school_group_id", sa.String(36)))
    op.create_index(op.f("ix_audit_school_group_id"), "audit", ["school_group_id"])


def _forget_default(table: str, columns: list[str]) -> None:
    """From now on a row that names no school is refused: the default was for old rows alone."""
    if "school_group_id" in columns:
        with op.batch_alter_table(table) as batch:
            batch.alter_column("school_group_id", server_default=None)
