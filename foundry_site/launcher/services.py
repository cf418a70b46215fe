"""What every start needs: services that answer, tables, the demo."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from foundry_site.embedded import postgres
from foundry_site.embedded.running import embedded_services
from foundry_site.environment import Environment
from foundry_site.launcher import database, reachability
from foundry_site.launcher.console import say, step
from foundry_site.launcher.signals import ignore_signals, stopped_afterwards


@contextmanager
def started_services(data_dir: Path, environment: Environment) -> Iterator[None]:
    """Have the services run: those the operator named are looked at, the others are embedded, and stopped at the end.

    Raises:
        LaunchError: one that the operator named cannot be reached.
        EmbeddedServiceError: an embedded one does not start.
    """
    _check_operators_services(environment)
    _tell_opened_folders(data_dir, environment)
    with ExitStack() as services:
        _start_services(data_dir, environment, services)
        services.callback(ignore_signals)
        yield


def prepare_site(url: str, *, with_demo: bool) -> None:
    """Load Foundry, and bring tables and demo up to date. Only now: settings read an environment that is complete.

    Raises:
        LaunchError: the database cannot be migrated.
    """
    os.environ["FOUNDRY_DEMO"] = str(with_demo)
    import django
    from django.core.management import call_command

    django.setup()
    database.migrate()
    if with_demo:
        with step("Demo project"):
            call_command("make_demo", url=url, verbosity=0)


def _start_services(data_dir: Path, environment: Environment, services: ExitStack) -> None:
    """Start those that the operator has not named; ``services`` stops them."""
    chosen = {"PostgreSQL": environment.database_url is None, "Valkey": environment.redis_url is None}
    if not any(chosen.values()):
        return
    title = " and ".join(name for name, embedded in chosen.items() if embedded)
    # A server whose start is cut in half may be on its way and not yet to be found.
    with step(title) as current, stopped_afterwards():
        services.enter_context(
            embedded_services(data_dir, with_postgres=chosen["PostgreSQL"], with_valkey=chosen["Valkey"])
        )
        current.note("running")


def _check_operators_services(environment: Environment) -> None:
    if environment.database_url is not None:
        reachability.check_database(environment.database_url)
    if environment.redis_url is not None:
        reachability.check_redis(environment.redis_url)


def _tell_opened_folders(data_dir: Path, environment: Environment) -> None:
    closed = postgres.closed_folders(data_dir) if environment.database_url is None else []
    if closed:
        names = ", ".join(str(folder) for folder in closed)
        say(f"  As root, PostgreSQL runs as a user of its own; opened for reading to every user: {names}")
