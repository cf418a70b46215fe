"""``manage.py appoint_owner PROJECT USERNAME --reason …``: give a project that nobody can act in an owner."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.callers import foundry_caller
from accounts.management.people import named
from kernel.errors import DomainError
from projects.succession import appoint_owner


class Command(BaseCommand):
    help = "Make a person owner of a project whose owners are all closed or no people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", type=UUID, help="the project's id, as its address has it")
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="it goes on record")

    def handle(self, *args: Any, **options: Any) -> None:
        user = named(options["username"])
        caller = foundry_caller("command")
        try:
            appoint_owner(caller=caller, project_id=options["project"], user_id=user.id, reason=options["reason"])
        except DomainError as error:
            raise CommandError(error.detail) from None
        self.stdout.write(self.style.SUCCESS(f"{user.username} owns the project."))
