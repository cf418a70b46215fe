"""`manage.py verify_export FILE`: prove that a project's file is whole and agrees with itself, or name the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from drafts.exchange.terminal import refusals
from drafts.exchange.verification import verify_file


class Command(BaseCommand):
    help = "Verify a file that export_project or imported_file wrote; exit 1 at the first line that is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        with refusals(), options["file"].open("rb") as file:
            verified = verify_file(file)
        head = verified.header.chain
        counted = ", ".join(f"{number} {kind}" for kind, number in verified.counts.items())
        self.stdout.write(f"project {verified.header.project.id} of site {verified.header.site}")
        if verified.header.is_replica:
            self.stdout.write("It is a replica: its versions, locks and releases are on record at its home.")
        self.stdout.write(f"lines: {counted}")
        self.stdout.write(f"chain verified up to {head.seq}  {head.hash}")
        for what, number in verified.not_compared.items():
            self.stdout.write(self.style.WARNING(f"NOT COMPARED: {number} × {what}"))
        self.stdout.write(self.style.SUCCESS(f"Agrees with itself: sha256 {verified.sha256}"))
        self.stdout.write("NOT PROVEN HERE, since it takes the site's key: that the site wrote this chain, and sealed")
        self.stdout.write("its signatures. Whoever rewrites all of a file is found by its newest hash in a checkpoint.")
