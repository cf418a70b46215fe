"""`manage.py doctor`: check a deployment, and say how to remedy what is wrong."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from foundry_site.doctor.examination import examine
from kernel.doctor import Diagnosis, Level
from kernel.invisible import one_line


class Command(BaseCommand):
    help = "Look at this deployment and say what to do about what is wrong; exit 1 where something is bad."
    # Django's checks are part of the examination, so they must not end the command before it.
    requires_system_checks: list[str] = []  # noqa: RUF012 (Django's type)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--nodes", type=int, default=1, help="how many nodes share the database; default 1")
        parser.add_argument("--json", action="store_true", help="one JSON object a line, for a program")

    def handle(self, *args: Any, **options: Any) -> None:
        show = self._as_json if options["json"] else self._as_line
        levels = []
        for finding in examine(options["nodes"]):
            show(finding)
            levels.append(finding.level)
        if not options["json"]:
            counts = (f"{levels.count(level)} {level}" for level in Level)
            self.stdout.write(f"\n{', '.join(counts)}")
        if Level.BAD in levels:
            raise SystemExit(1)

    def _as_json(self, finding: Diagnosis) -> None:
        self.stdout.write(json.dumps(asdict(finding)))

    def _as_line(self, finding: Diagnosis) -> None:
        style = {Level.OK: self.style.SUCCESS, Level.WARN: self.style.WARNING, Level.BAD: self.style.ERROR}
        self.stdout.write(
            f"{style[finding.level](f'{finding.level:<4}')}  {one_line(finding.subject)}: {one_line(finding.text)}"
        )
        if finding.remedy:
            self.stdout.write(f"      {one_line(finding.remedy)}")
