"""Django's `runserver` is Daphne's, which serves WebSockets, too; other commands do not load it."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

from tests.patience import COMMAND_PATIENCE


def run(*command: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=COMMAND_PATIENCE,
    )
    return done.stdout


def test_runserver_is_daphnes(process_environment: dict[str, str]) -> None:
    assert "--noasgi" in run("manage.py", "runserver", "--help", environment=process_environment)


def test_other_commands_do_not_load_twisted(process_environment: dict[str, str]) -> None:
    code = "import sys, django; django.setup(); print('twisted' in sys.modules)"
    assert run("-c", code, environment=process_environment) == "False\n"
