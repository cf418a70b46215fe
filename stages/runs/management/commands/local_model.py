"""`manage.py local_model serve` and `add`: a small real model here; `script/run --local-model` calls both."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel.errors import DomainError
from kernel.invisible import one_line
from stages.runs.local_model import DEFAULT_PORT, LocalModelMissing, add_profile, address_of, serve


class Command(BaseCommand):
    help = "Serve a small real model on this machine, or add it to the models of the site. For trying runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("serve", "add"))
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"on loopback; default {DEFAULT_PORT}")

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        try:
            if options["action"] == "serve":
                serve(port)
                return
            profile = add_profile(port)
        except LocalModelMissing as error:
            raise CommandError(str(error)) from None
        except DomainError as error:
            raise CommandError(f"The local model could not be added: {one_line(error.detail)}") from None
        self.stdout.write(f"The model {profile.name} of the site is at {address_of(port)}.")
