"""Those who look after the machine are told when a backup failed"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEFORE = (
    "recording_ready", "recording_failed", "clip_to_review", "comment", "mention", "result",
    "returned", "reminder",
)  # fmt: skip


def upgrade() -> None:
    _allow(*BEFORE, "backup_failed")


def downgrade() -> None:
    notice = sa.table("notice", sa.column("kind"))
    op.execute(sa.delete(notice).where(notice.c.kind == "backup_failed"))
    _allow(*BEFORE)


def _allow(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    name = op.f("ck_notice_kind")
    if op.get_bind().dialect.name == "sqlite":  # written anew without its check, which isn't read
        with op.batch_alter_table("notice", recreate="always") as batch:
            batch.create_check_constraint(name, f"kind IN ({listed})")
        return
    op.drop_constraint(name, "notice", type_="check")
    op.create_check_constraint(name, "notice", f"kind IN ({listed})")
