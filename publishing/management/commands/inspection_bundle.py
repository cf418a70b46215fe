"""`manage.py inspection_bundle PROJECT`: write the bundle of a whole project, in any state."""

from __future__ import annotations

import hashlib
import shlex
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from drafts.exchange.terminal import project_id, refusals
from kernel.invisible import one_line
from publishing.bundle.scope import scope_of_project
from publishing.bundle.writing import bundle, bundle_name


class Command(BaseCommand):
    help = "Write a project's inspection bundle: a zip that its own verify.py proves without Foundry."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", type=project_id, help="the project's id, or its name where only one has it")
        parser.add_argument("file", type=Path, nargs="?", help="where to write it; named after the project if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        digest = hashlib.sha256()
        with refusals():
            scope = scope_of_project(options["project"])
            path = options["file"] or Path(bundle_name(scope))
            with path.open("wb") as file:
                for piece in bundle(scope):
                    digest.update(piece)
                    file.write(piece)
        self.stdout.write(f"{one_line(path)}  sha256 {digest.hexdigest()}")
        self.stdout.write(f"Sealed by the key {scope.key}. To verify it:")
        quoted = one_line(shlex.quote(str(path)))
        command = f"unzip {quoted} -d bundle && python3 -I bundle/verify.py {scope.key} {quoted}"
        self.stdout.write(self.style.SUCCESS(command))
