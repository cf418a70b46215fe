"""`manage.py rebuild_registers PROJECT [--check]`: compute what follows from the operations again, or compare it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.callers import foundry_caller
from kernel.errors import DomainError
from kernel.invisible import one_line
from kernel.transactions import one_moment
from projects.models import Project
from stages.registers.proof.derived import faults_in_derived
from stages.registers.proof.duplicates import faults_in_duplicates
from stages.registers.services.rebuilding import rebuild_registers
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage

# So many differences make it clear.
MAX_NAMED = 20


class Command(BaseCommand):
    help = (
        "Compute the records of a project again from its operations; with --check only compare, exit 1 if they differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", type=UUID, help="the project's id, as its address has it")
        parser.add_argument("--check", action="store_true", help="change nothing, name what differs")

    def handle(self, *args: Any, **options: Any) -> None:
        project_id = options["project"]
        if not Project.objects.filter(pk=project_id).exists():
            raise CommandError("There is no such project.")
        if options["check"]:
            self._check(project_id)
        else:
            self._rebuild(project_id)
        self.stdout.write(f"State hash {self._hash(project_id)}")

    def _check(self, project_id: UUID) -> None:
        with one_moment():
            faults = [*faults_in_derived(project_id), *faults_in_duplicates(project_id)]
        if faults:
            raise CommandError("\n".join(one_line(fault) for fault in faults[:MAX_NAMED]))
        self.stdout.write(self.style.SUCCESS("Everything is what the operations say."))

    def _rebuild(self, project_id: UUID) -> None:
        try:
            rebuilt = rebuild_registers(caller=foundry_caller("command"), project_id=project_id)
        except DomainError as error:
            raise CommandError(error.detail) from None
        words = f"{rebuilt.operations} operations of {rebuilt.bundles} bundles in {rebuilt.seconds:.1f} s."
        self.stdout.write(self.style.SUCCESS(words))

    def _hash(self, project_id: UUID) -> str:
        with one_moment():
            return StoredIncrement(PostgresStorage(project_id)).state().hash
