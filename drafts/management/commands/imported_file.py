"""`manage.py imported_file PROJECT FILE`: write out the file that a project was made of, as it was."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from drafts.exchange.importing import imported_file
from drafts.exchange.terminal import project_id, refusals


class Command(BaseCommand):
    help = "Write out the file that import_project made a project of, byte for byte; verify_export verifies it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", type=project_id, help="its id, or its name")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        with refusals():
            parts = imported_file(project_id=options["project"])
            with open(options["file"], "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.writelines(parts)
        self.stderr.write(f"{options['file']}: {options['file'].stat().st_size} bytes.")
