"""The database's tables, brought up to this version."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError, ProgrammingError

from foundry_site.launcher.console import LaunchError, step
from foundry_site.migrating import apply_migrations


def migrate() -> None:
    """Apply the migrations that are missing.

    Raises:
        LaunchError: the database refuses, for want of a right or of a connection.
    """
    try:
        with step("Database") as current:
            executor = MigrationExecutor(connection)
            missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
            if missing:
                current.show(f"{missing} migrations")
                apply_migrations()
            current.note(f"{missing} migrations applied" if missing else "up to date")
    except (OperationalError, ProgrammingError) as error:
        raise LaunchError(f"The database could not be migrated: {str(error).strip().splitlines()[0]}") from error
    finally:
        connection.close()
