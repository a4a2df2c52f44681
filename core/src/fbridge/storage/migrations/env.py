"""Alembic's entry: run the migrations on the connection that fbridge hands over."""

from alembic import context

from fbridge.storage.metadata import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
    render_as_batch=True,
)
context.run_migrations()
