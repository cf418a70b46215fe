"""`manage.py controls`: the controls for regulated use, each with its tests and their results in this build."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.controls import CONTROLS
from foundry_site.controls.results import build, control_tests, worst


class Command(BaseCommand):
    help = "Print each control with its tests and their last result for this build; run script/test before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tests", action="store_true", help="name every test")
        parser.add_argument("--check", action="store_true", help="exit 1 unless every control's tests have passed")

    def handle(self, *args: Any, **options: Any) -> None:
        found = control_tests()
        self.stdout.write(f"Build {build()}\n\n")
        unproven = []
        for control in CONTROLS.values():
            mine = [proof for proof in found if control.number in proof.controls]
            outcome = worst(proof.outcome for proof in mine) or "no test"
            if outcome != "passed":
                unproven.append(control.number)
            outcome_column = f"{outcome:<8} {len(mine):>3} tests" if mine else f"{outcome:<18}"
            self.stdout.write(f"{control.number}  {outcome_column}  {control.promise} ({control.source})")
            for proof in mine if options["tests"] else ():
                self.stdout.write(f"       {proof.outcome:<8} {proof.test}")
        if unproven and options["check"]:
            raise CommandError(f"Not proven for this build: {', '.join(unproven)}")
