"""Counts that outlive what they counted; steps know when they last moved"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "occurrence",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", "kind", "cause", name=op.f("pk_occurrence")),
    )
    with op.batch_alter_table("step") as batch:
        batch.add_column(sa.Column("moved_at_ms", sa.BigInteger))


def downgrade() -> None:
    with op.batch_alter_table("step") as batch:
        batch.drop_column("moved_at_ms")
    op.drop_table("occurrence")
