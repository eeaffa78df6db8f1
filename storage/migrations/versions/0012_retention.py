"""How long a school group keeps what, what is withheld from that, and how much it may keep"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_rule",
        sa.Column("school_group_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["school_group_id"],
            ["school_group.id"],
            name=op.f("fk_retention_rule_school_group_id_school_group"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("school_group_id", "kind", name=op.f("pk_retention_rule")),
    )
    op.create_table(
        "retention_hold",
        sa.Column("recording_id", sa.String(36), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("placed_by", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_retention_hold_recording_id_recording"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_retention_hold")),
    )
    with op.batch_alter_table("school_group") as batch:
        batch.add_column(sa.Column("quota_bytes", sa.BigInteger))


def downgrade() -> None:
    with op.batch_alter_table("school_group") as batch:
        batch.drop_column("quota_bytes")
    op.drop_table("retention_hold")
    op.drop_table("retention_rule")
