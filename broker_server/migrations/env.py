"""Alembic's entry: the connection comes from :mod:`broker_server.migrations.upgrade`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
