"""`manage.py pack_module FOLDER [--to FILE] [--types]`: the archive of a module, or the types of its views."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kernel.errors import ValidationFailed
from kernel.invisible import one_line
from stages.automation.packages.packing import pack_folder, write_types


class Command(BaseCommand):
    help = "Make a zip archive of a module's folder, with its views bundled; add_module adds it to a site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder with module.toml")
        parser.add_argument(
            "--types",
            action="store_true",
            help="write views/foundry-view.d.ts, the types of what views find, and no more",
        )
        parser.add_argument("--to", type=Path, help="the file to write; NAME-VERSION.zip if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError("There is no such folder.")
        if options["types"]:
            written = write_types(folder)
            self.stdout.write(self.style.SUCCESS(f"{written}: the types of `foundry`, for the editor and for tsc"))
            return
        esbuild = Path(settings.BASE_DIR) / "node_modules" / ".bin" / "esbuild"
        try:
            manifest, archive = pack_folder(folder, esbuild=esbuild)
        except ValidationFailed as error:
            raise CommandError("\n".join(_lines(error))) from None
        target = options["to"] or Path(f"{manifest.name}-{manifest.version}.zip")
        target.write_bytes(archive)
        self.stdout.write(self.style.SUCCESS(f"{manifest.name} {manifest.version}: {target}, {len(archive):,} bytes"))


def _lines(error: ValidationFailed) -> list[str]:
    return [f"{path}: {one_line(words)}" for path, messages in error.errors.items() for words in messages]
