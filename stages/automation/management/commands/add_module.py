"""`manage.py add_module FILE`: add a version of a module to this site."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.callers import foundry_caller
from kernel.errors import DomainError, ValidationFailed
from kernel.invisible import one_line
from stages.automation.packages import MAX_ARCHIVE
from stages.automation.services.packages import add_package


class Command(BaseCommand):
    help = "Add a version of a module to this site from the archive that pack_module made; owners adopt it then."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the zip archive")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open("rb") as file:
                archive = file.read(MAX_ARCHIVE + 1)
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}") from None
        try:
            added = add_package(caller=foundry_caller("command"), archive=archive)
        except ValidationFailed as error:
            lines = (f"{path}: {one_line(words)}" for path, each in error.errors.items() for words in each)
            raise CommandError("\n".join(lines)) from None
        except DomainError as error:
            raise CommandError(one_line(error.detail)) from None
        package = added.package
        words = "Added" if added.is_new else "Is here already:"
        self.stdout.write(self.style.SUCCESS(f"{words} {package.name} {package.version}, sha256 {package.sha256}"))
