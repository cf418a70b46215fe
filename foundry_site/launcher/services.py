"""Prepares a start: the services, the tables, the demo."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType

from foundry_site.embedded import postgres, valkey
from foundry_site.embedded.running import embedded_services
from foundry_site.environment import Environment
from foundry_site.launcher import database, reachability
from foundry_site.launcher.console import LaunchError, say, step
from foundry_site.launcher.signals import ignore_signals, stopped_afterwards
from foundry_site.launcher.supervision import Supervised, supervised


@contextmanager
def started_services(data_dir: Path, environment: Environment) -> Iterator[None]:
    """Check the services that the operator named; run the others embedded, and stop them at the end.

    Raises:
        LaunchError: one that the operator named cannot be reached.
        EmbeddedServiceError: an embedded one does not start.
        LaunchError: an embedded one ended, and could not be started again.
    """
    _check_operators_services(environment)
    _announce_opened_folders(data_dir, environment)
    lost: list[str] = []
    try:
        with ExitStack() as services:
            _start_services(data_dir, environment, services)
            services.callback(ignore_signals)
            services.enter_context(supervised(_embedded(data_dir, environment, lost)))
            yield
    finally:
        if lost:
            raise LaunchError(f"{lost[0]} cannot be kept running; {data_dir} has its log. Is the disk full?")


def _embedded(data_dir: Path, environment: Environment, lost: list[str]) -> list[Supervised]:
    """The embedded services to restart. If that fails repeatedly, Foundry ends, because it cannot work without them."""

    def end(name: str) -> None:
        lost.append(name)
        os.kill(os.getpid(), signal.SIGTERM)

    ours: list[tuple[str, ModuleType, str | None]] = [("The embedded PostgreSQL", postgres, environment.database_url)]
    ours += [("The embedded Valkey", valkey, environment.redis_url)]
    return [
        Supervised(
            name,
            is_running=partial(program.is_running, data_dir),
            start=partial(program.start, data_dir),
            give_up=partial(end, name),
        )
        for name, program, chosen in ours
        if chosen is None
    ]


def prepare_site(url: str, *, with_demo: bool) -> None:
    """Load Foundry, and update tables and demo. Only called once the environment is complete, which the settings read.

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
    """Start the services that the operator has not named; ``services`` stops them."""
    chosen = {"PostgreSQL": environment.database_url is None, "Valkey": environment.redis_url is None}
    if not any(chosen.values()):
        return
    title = " and ".join(name for name, embedded in chosen.items() if embedded)
    # If its start were interrupted, the server might run later and could not be found yet.
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


def _announce_opened_folders(data_dir: Path, environment: Environment) -> None:
    closed = postgres.closed_folders(data_dir) if environment.database_url is None else []
    if closed:
        names = ", ".join(str(folder) for folder in closed)
        say(f"  As root, PostgreSQL runs as a user of its own; opened for reading to every user: {names}")
