"""``manage.py replay FILE --url URL --token TOKEN``: import a prompt history and check that it is unchanged."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundry_site.replay.client import ApiError, Client
from foundry_site.replay.history import HistoryError, ReplayedSave, read_history
from foundry_site.replay.replaying import replay
from kernel.invisible import one_line

# A line for this many versions, if the output is not a terminal.
PROGRESS_EVERY = 16


class Command(BaseCommand):
    help = (
        "Replay JSON lines of field, value and message into a new project of a running Foundry, through its REST API: "
        "one version a line, each read back and compared byte for byte. Exit status 1 on any difference."
    )
    # It uses another server; the database in the settings may not even run.
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's own declaration)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--url", default="http://localhost:8000/", help="the server, default %(default)s")
        parser.add_argument("--token", default=os.environ.get("FOUNDRY_TOKEN"), help="default: $FOUNDRY_TOKEN")
        parser.add_argument("--name", help="of the new project; default: the file's")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["token"]:
            raise CommandError("A personal access token is needed: --token, or FOUNDRY_TOKEN in the environment.")
        path: Path = options["file"]
        try:
            saves = read_history(path)
            with Client(options["url"], options["token"]) as client:
                outcome = replay(
                    client, saves, name=options["name"] or path.stem, on_version=self._progress(len(saves))
                )
        except (HistoryError, ApiError) as error:
            raise CommandError(one_line(error)) from error
        if outcome.different:
            raise CommandError(f"{len(outcome.different)} versions differ: {one_line(', '.join(outcome.different))}")
        self.stdout.write(
            f"{outcome.versions} versions, every one byte-equal, in {outcome.seconds:.1f} s. "
            f"Project {outcome.project_id}"
        )

    def _progress(self, total: int) -> Callable[[ReplayedSave, int], None]:
        def show(save: ReplayedSave, version: int) -> None:
            if self.stdout.isatty():
                self.stdout.write(
                    f"\rv{version} of {total}  {one_line(save.field):<24}", ending="\n" if version == total else ""
                )
            elif version % PROGRESS_EVERY == 0 or version == total:
                self.stdout.write(f"v{version} of {total}")

        return show
