"""How Alembic runs here: on the connection that `storage.migrate` hands it."""

from alembic import context

from storage import tables, upload_table

assert upload_table.upload.metadata is tables.lesson.metadata  # one schema in several files

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.lesson.metadata,
    # the full-text index makes tables of its own, and migration 0002 makes it
    include_name=lambda name, kind, _: kind != "table" or not str(name).startswith("search_grams"),
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
