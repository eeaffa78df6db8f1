"""Oddities of an upload are codes with figures, told in the reader's language; old texts go"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RECORDING = sa.table("recording", sa.column("id", sa.String), sa.column("info", sa.JSON))


def upgrade() -> None:
    connection = op.get_bind()
    known = connection.execute(sa.select(RECORDING).where(RECORDING.c.info.is_not(None))).all()
    for row in known:
        if row.info and row.info.get("notes"):
            plain = row.info | {"notes": []}
            changed = sa.update(RECORDING).where(RECORDING.c.id == row.id).values(info=plain)
            connection.execute(changed)


def downgrade() -> None:
    """The texts are not kept; an older version reads an empty list."""
    upgrade()
