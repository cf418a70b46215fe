"""Commands as they run where nobody chose the stages: with those that come with Foundry, without the tests' own."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

from foundry_site.stages import available_stages
from tests.patience import COMMAND_PATIENCE


def manage(*arguments: str) -> str:
    """What `manage.py` says. Raises `CalledProcessError` where it fails."""
    environment = {**os.environ, "FOUNDRY_STAGES": ",".join(available_stages())}
    ran = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
        timeout=COMMAND_PATIENCE,
        text=True,
    )
    return ran.stdout
