"""Search in PostgreSQL by an index over the same grams, kept by the database itself"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

POSTGRESQL = (
    "ALTER TABLE search_entry ADD COLUMN tokens tsvector GENERATED ALWAYS AS "
    "(array_to_tsvector(string_to_array(grams, ' '))) STORED",
    "CREATE INDEX ix_search_entry_tokens ON search_entry USING gin (tokens)",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in POSTGRESQL:
            op.execute(statement)
