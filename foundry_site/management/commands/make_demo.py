"""``manage.py make_demo``: the demo project and its accounts; ``script/run`` calls it."""

from __future__ import annotations

import logging
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from foundry_site.demo import sign_in_file
from foundry_site.demo.making import DemoError, make_demo
from kernel.errors import DomainError
from kernel.invisible import one_line


class Command(BaseCommand):
    help = "Make the demo project and its accounts; harmless when they exist. For trying Foundry, not for real work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://localhost:8000/", help="where the server answers, for demo.json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with _in_one_line() if options["verbosity"] == 0 else nullcontext():
                make_demo(data_dir=settings.FOUNDRY_DATA_DIR, url=options["url"])
        except DemoError as error:
            raise CommandError(one_line(error)) from error
        except DomainError as error:
            raise CommandError(f"The demo could not be made: {one_line(error.detail)}") from error
        if options["verbosity"] > 0:
            self.stdout.write(f"The sign-in is in {settings.FOUNDRY_DATA_DIR / sign_in_file.NAME}.")


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Do not log the demo's checkpoint, because the launcher prints its steps line by line."""
    checkpoints = logging.getLogger("audit.checkpoints")
    before = checkpoints.level
    checkpoints.setLevel(logging.WARNING)
    try:
        yield
    finally:
        checkpoints.setLevel(before)
