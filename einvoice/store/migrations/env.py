"""Runs the migrations on the connection that `einvoice.store.database` hands in, inside its transaction."""

from alembic import context

from einvoice.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, once the driver leaves BEGIN to us
)
with context.begin_transaction():
    context.run_migrations()
