"""``script/run``: starts everything that Foundry needs, and stops it again.

Runs inside the virtual environment. The server runs in this process, so that it cannot outlive it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import StringIO

from django.core.management.base import CommandError

from foundry_site.embedded.errors import EmbeddedServiceError
from foundry_site.embedded.folder_lock import DataFolderLock
from foundry_site.environment import Environment, read_environment
from foundry_site.launcher import frontend
from foundry_site.launcher.announcement import announce_when_ready
from foundry_site.launcher.availability import check_port
from foundry_site.launcher.console import LaunchError, print_error
from foundry_site.launcher.local_model import allow_local_model, local_model
from foundry_site.launcher.options import RunOptions, parse_run_options
from foundry_site.launcher.services import prepare_site, started_services
from foundry_site.launcher.signals import (
    Stopped,
    leave_signals_to_the_server,
    stopped_by_signals,
)
from foundry_site.launcher.worker import background_worker
from kernel.environment import EnvironmentVariableError


def main(arguments: Sequence[str]) -> int:
    """Run Foundry until a signal; returns the exit status."""
    options = parse_run_options(arguments)
    os.environ["FOUNDRY_DATA_DIR"] = str(options.data_dir)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "foundry_site.settings")
    os.environ.setdefault("FOUNDRY_URL", f"http://localhost:{options.port}")
    if options.model_port is not None:
        allow_local_model(options.model_port)
    try:
        with stopped_by_signals():
            _run(options, read_environment())
    except (Stopped, KeyboardInterrupt):
        return 0
    except (LaunchError, EmbeddedServiceError, EnvironmentVariableError, CommandError) as error:
        print_error(str(error))
        return 1
    return 0


def _run(options: RunOptions, environment: Environment) -> None:
    url = f"http://localhost:{options.port}{environment.path}/"
    # An operator's database gets no demo accounts, because their passwords are in a file.
    with_demo = options.demo and environment.database_url is None
    with DataFolderLock(options.data_dir) as lock:
        lock.describe(url=url)
        check_port(options.port)
        frontend.build()
        with started_services(options.data_dir, environment):
            _serve(options, url, with_demo=with_demo)


def _serve(options: RunOptions, url: str, *, with_demo: bool) -> None:
    prepare_site(url, with_demo=with_demo)
    from django.core.management import call_command

    with local_model(options), background_worker(options.data_dir):
        announce_when_ready(options, url, with_demo=with_demo)
        leave_signals_to_the_server()
        # The announcement has the same information.
        call_command("serve", port=options.port, stdout=StringIO())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
