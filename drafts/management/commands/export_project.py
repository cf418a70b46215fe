"""`manage.py export_project PROJECT [FILE]`: everything of a project as JSON lines, hashes included (control c03)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from drafts.exchange.exporting import export_project
from drafts.exchange.terminal import project_id, refusals


class Command(BaseCommand):
    help = "Write everything of a project as JSON lines: contents, versions, events, leases, members and what else is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", type=project_id, help="its id, or its name")
        parser.add_argument("file", nargs="?", type=Path, help="where to; standard output without")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["file"]
        with refusals():
            lines = export_project(project_id=options["project"])
            if path is None:
                for line in lines:
                    self.stdout.write(line.decode(), ending="")
                return
            # Under another name until it is whole, and only for the one who asked: it holds addresses.
            partial = path.with_name(f".{path.name}.partial")
            try:
                with open(partial, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                    file.writelines(lines)
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)
        self.stderr.write(f"{path}: {path.stat().st_size} bytes. Verify it with manage.py verify_export {path}.")
