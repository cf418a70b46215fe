"""``script/run``: everything Foundry needs, started, and stopped again.

Runs inside the virtual environment. The server runs in this very process: nothing of it can outlive us.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from io import StringIO
from pathlib import Path

from django.core.management.base import CommandError

from foundry_site.embedded import postgres
from foundry_site.embedded.errors import EmbeddedServiceError
from foundry_site.embedded.folder_lock import DataFolderLock
from foundry_site.embedded.running import embedded_services
from foundry_site.environment import Environment, EnvironmentVariableError, read_environment
from foundry_site.launcher import database, frontend, reachability
from foundry_site.launcher.announcement import announce_when_ready
from foundry_site.launcher.console import LaunchError, complain, say, step
from foundry_site.launcher.options import RunOptions, parse_run_options
from foundry_site.launcher.place import check_port
from foundry_site.launcher.signals import (
    Stopped,
    ignore_signals,
    leave_signals_to_the_server,
    stopped_afterwards,
    stopped_by_signals,
)
from foundry_site.launcher.worker import background_worker


def main(arguments: Sequence[str]) -> int:
    """Run Foundry until it is told to stop; the exit status."""
    options = parse_run_options(arguments)
    os.environ["FOUNDRY_DATA_DIR"] = str(options.data_dir)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "foundry_site.settings")
    os.environ.setdefault("FOUNDRY_URL", f"http://localhost:{options.port}")
    try:
        with stopped_by_signals():
            _run(options, read_environment())
    except (Stopped, KeyboardInterrupt):
        return 0
    except (LaunchError, EmbeddedServiceError, EnvironmentVariableError, CommandError) as error:
        complain(str(error))
        return 1
    return 0


def _run(options: RunOptions, environment: Environment) -> None:
    url = f"http://localhost:{options.port}/"
    # Somebody's own database is no place for demo accounts, whose passwords lie in a file.
    with_demo = options.demo and environment.database_url is None
    with DataFolderLock(options.data_dir) as lock:
        lock.describe(url=url)
        check_port(options.port)
        frontend.build()
        _check_operators_services(environment)
        _tell_opened_folders(options.data_dir, environment)
        with ExitStack() as services:
            _start_services(options.data_dir, environment, services)
            services.callback(ignore_signals)
            _serve(options, url, with_demo=with_demo)


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


def _serve(options: RunOptions, url: str, *, with_demo: bool) -> None:
    os.environ["FOUNDRY_DEMO"] = str(with_demo)
    # Only now: settings read the environment that is complete now.
    import django
    from django.core.management import call_command

    django.setup()
    database.migrate()
    if with_demo:
        with step("Demo project"):
            call_command("make_demo", url=url, verbosity=0)
    announce_when_ready(options, url, with_demo=with_demo)
    with background_worker(options.data_dir):
        leave_signals_to_the_server()
        # What it says about itself is said better by the announcement.
        call_command("serve", port=options.port, stdout=StringIO())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
