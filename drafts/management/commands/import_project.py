"""`manage.py import_project FILE --as USERNAME`: make a new project of a file, verified wholly first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from drafts.exchange.importing import import_project
from drafts.exchange.terminal import ProgressLine, caller_named, refusals
from kernel.invisible import one_line


class Command(BaseCommand):
    help = "Verify a file that export_project wrote and make a new project of it; the file is kept beside it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="username", required=True, help="who imports, and owns the new project")
        parser.add_argument("--name", help="of the new project; that of the file without")

    def handle(self, *args: Any, **options: Any) -> None:
        caller = caller_named(options["username"])
        with refusals(), options["file"].open("rb") as file:
            project = import_project(caller=caller, file=file, name=options["name"], progress=ProgressLine("version"))
        versions = project.current_draft.version_number if project.current_draft else 0
        self.stderr.write(
            f'Made "{one_line(project.name)}" with {versions} versions. The file is kept: manage.py imported_file.'
        )
        self.stdout.write(str(project.id))
