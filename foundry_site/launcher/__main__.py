"""Starts a command with the machine's Python, and continues it with that of the virtual environment.

Imports the standard library only.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from foundry_site.embedded.errors import EmbeddedServiceError
from foundry_site.launcher import virtual_environment
from foundry_site.launcher.availability import check_folder_and_port
from foundry_site.launcher.console import LaunchError, print_error
from foundry_site.launcher.options import parse_cluster_options, parse_network_options, parse_run_options

REQUIREMENTS = {
    "run": ("requirements.txt",),
    "cluster": ("requirements.txt",),
    "network": ("requirements.txt",),
    "test": ("requirements.txt", "requirements-dev.txt"),
    "check": ("requirements.txt", "requirements-dev.txt"),
    "bench": ("requirements.txt", "requirements-dev.txt"),
}
LOCAL_MODEL = "requirements-local-model.txt"


def main() -> NoReturn:
    """Prepare the environment and become the command; ends the process if that fails."""
    command, arguments = sys.argv[1], sys.argv[2:]
    signal.signal(signal.SIGTERM, _stop)
    requirements = REQUIREMENTS[command]
    try:
        if command == "run":
            options = parse_run_options(arguments)
            check_folder_and_port(options)
            requirements += (LOCAL_MODEL,) if options.model_port is not None else ()
        elif command == "cluster":
            check_folder_and_port(parse_cluster_options(arguments).run)
        elif command == "network":
            parse_network_options(arguments)
        virtual_environment.prepare(*requirements)
    except (LaunchError, EmbeddedServiceError) as error:
        print_error(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    _become(command, arguments)


def _become(command: str, arguments: Sequence[str]) -> NoReturn:
    """Replace this process, so that whoever started it can still stop it."""
    sys.stdout.flush()
    python = str(virtual_environment.PYTHON)
    os.execv(python, [python, "-P", "-m", f"foundry_site.launcher.{command}", *arguments])  # noqa: S606


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
