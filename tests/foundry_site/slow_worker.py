"""A worker that also knows a slow job: `python -m tests.foundry_site.slow_worker [--one-shot]`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import django
from django.core.management import call_command

NAME = "tests.slow"
SECONDS = 2.0


def slow(note: str) -> None:
    """Write down that it began, take a while the first time, and write down that it is done."""
    path = Path(note)
    again = path.exists()
    path.write_text("begun")
    if not again:
        time.sleep(SECONDS)
    path.write_text("done again" if again else "done")


if __name__ == "__main__":
    django.setup()
    from procrastinate.contrib.django import app

    app.task(name=NAME)(slow)
    call_command("procrastinate", "worker", *sys.argv[1:])
