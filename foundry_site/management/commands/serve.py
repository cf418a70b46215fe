"""`manage.py serve`: one node of Foundry. Any number of them may share a database and a Redis."""

from __future__ import annotations

import gc
import sys
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundry_site.environment import ROLES
from foundry_site.stages import refuse_missing_stages

SWITCH_SECONDS: Final = 0.0005


class Command(BaseCommand):
    help = "Serve pages, REST and WebSockets until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port, 0 for any free one (default: %(default)s)")
        parser.add_argument(
            "--role",
            choices=ROLES,
            default=settings.FOUNDRY_ROLE,
            help="a master refuses WebSockets, a worker answers only those (default: FOUNDRY_ROLE, %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # There is no garbage yet while the server and all pages are loaded.
        gc.disable()
        # Importing the server installs Twisted's reactor, which other commands must not do.
        from foundry_site.server.serve import FoundryServer

        refuse_missing_stages()
        host, port = options["host"], options["port"]

        def listening(taken: int) -> None:
            self.stdout.write(f"Listening on {host}:{taken}.")
            # Python would buffer it in a pipe until the server ends.
            self.stdout.flush()

        # The event loop and the threads that wait for Postgres take turns; with Python's own 5 ms each answer of the
        # database would wait as long for a loop that is busy.
        sys.setswitchinterval(SWITCH_SECONDS)
        server = FoundryServer(host=host, port=port, role=options["role"], listening=listening)
        # Everything loaded so far stays, so the garbage collector need not examine it again.
        gc.collect()
        gc.freeze()
        gc.enable()
        server.run()
        if server.failure:
            raise CommandError(server.failure)
