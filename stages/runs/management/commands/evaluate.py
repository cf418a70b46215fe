"""`manage.py evaluate PROJECT SUITE`: evaluate a version, and say by the exit status whether it passed."""

from __future__ import annotations

import sys
import time
from typing import Any, Final
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.callers import Caller
from drafts.exchange.terminal import caller_named, project_id, refusals
from kernel.invisible import one_line
from projects.models import Member, Role
from stages.runs.models import Experiment, Run
from stages.runs.results import Results, find_baseline, read_results
from stages.runs.services import create_evaluation, start_runs
from stages.runs.suite_paths import SUITES

# By the outcome; a refused command, such as one with a broken suite, exits with the last, too.
EXITS: Final = {"passed": 0, "failed": 1, "errors": 2}
SECONDS: Final = 0.5


class Command(BaseCommand):
    help = (
        "Evaluate a version of a project by a suite, with a runner that is running. "
        "Exits with 0: passed, 1: not passed, 2: errors."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Here `--version` is that of the project, not Django's.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", type=project_id, help="the project's id, or its name where only one has it")
        parser.add_argument("suite", help=f"a file in {SUITES}, or its name without folder and ending")
        parser.add_argument("--version", type=int, dest="number", help="the version; the current one if left out")
        parser.add_argument("--as", dest="username", help="who evaluates; the project's first owner if left out")
        parser.add_argument("--reuse", action="store_true", help="take earlier answers to the same requests")
        parser.add_argument("--baseline", type=UUID, help="the id of an evaluation to compare with")
        parser.add_argument("--wait", type=int, default=3600, help="for how many seconds; 3600 if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            experiment = self._start(options)
            self._wait(experiment, options["wait"])
            with refusals():
                baseline = find_baseline(experiment, options["baseline"]) if options["baseline"] else None
                found = read_results(experiment, baseline=baseline)
        except CommandError as error:
            error.returncode = EXITS["errors"]
            raise
        self._tell(found)
        sys.exit(EXITS[found.outcome])

    def _start(self, options: dict[str, Any]) -> Experiment:
        project, name = options["project"], options["suite"]
        caller = caller_named(options["username"]) if options["username"] else _first_owner(project)
        suite = name if "/" in name else f"{SUITES}{name.removesuffix('.yaml')}.yaml"
        with refusals():
            made = create_evaluation(caller=caller, project_id=project, suite=suite, version=options["number"])
            start_runs(caller=caller, experiment_id=made.id, profile_ids=[], reuse=options["reuse"])
        self.stderr.write(f"Evaluates v{made.version} by {one_line(made.suite)}: {made.id}")
        return made

    def _wait(self, experiment: Experiment, seconds: int) -> None:
        """Until all runs have ended. Raises `CommandError` after so many seconds."""
        deadline = time.monotonic() + seconds
        runs = Run.objects.filter(experiment=experiment)
        while runs.unended().exists():
            if time.monotonic() > deadline:
                raise CommandError(f"Not done after {seconds} s. Is a process of `manage.py runner` there?")
            time.sleep(SECONDS)

    def _tell(self, found: Results) -> None:
        for model in found.models:
            words = model.run.verdict if model.run and model.run.verdict else None
            count = f"{words['passed']} of {words['passed'] + words['failed']} cases passed" if words else "no verdict"
            errors = f", {words['errors']} errors" if words and words["errors"] else ""
            failure = f" ({model.run.error})" if model.run and model.run.error else ""
            self.stdout.write(f"{one_line(model.name)}: {count}{errors}{failure}")
        for row in found.rows:
            if row.group in {"regressed", "fixed", "failed", "error"}:
                self.stdout.write(f"  {row.group}: {one_line(row.case.key)}")
        if found.comparison is not None:
            chance = ", could be chance" if found.comparison.could_be_chance else ""
            self.stdout.write(f"p = {found.comparison.p:.4f}{chance}")
        self.stdout.write({"passed": "Passed.", "failed": "Not passed."}.get(found.outcome, "Errors: no verdict."))


def _first_owner(project: UUID) -> Caller:
    owner = Member.objects.filter(project=project, role=Role.OWNER).select_related("user").order_by("added_at").first()
    if owner is None:
        raise CommandError("The project has no owner; name somebody with --as.")
    return Caller(user=owner.user, via="command", credential="command")
