"""Where the figures are measured: durable embedded services in a folder of their own, and people in a project."""

from __future__ import annotations

import gc
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

    from accounts.callers import Caller
    from accounts.models import User
    from bench.baselines import Baseline
    from projects.models import Project


@contextmanager
def services() -> Iterator[Path]:
    """Start Postgres (with fsync) and Valkey in a new folder, migrate, set Django up; stop and remove at the end."""
    from foundry_site.embedded.running import embedded_services

    with tempfile.TemporaryDirectory(prefix="foundry-bench-") as name:
        data_dir = Path(name)
        os.environ["FOUNDRY_DATA_DIR"] = name
        os.environ["DJANGO_SETTINGS_MODULE"] = "foundry_site.settings"
        # One person sends what a thousand would; the limit on a person is not what is measured.
        os.environ |= {"FOUNDRY_SOCKET_RATE": "1000000", "FOUNDRY_REST_RATE": "0", "FOUNDRY_ADDRESS_RATE": "0"}
        os.environ |= {"FOUNDRY_PERSON_SOCKETS": "0", "FOUNDRY_ADDRESS_SOCKETS": "0"}
        os.environ["FOUNDRY_LOG_LEVEL"] = "ERROR"
        os.environ.pop("DATABASE_URL", None)
        os.environ.pop("REDIS_URL", None)
        with embedded_services(data_dir, with_postgres=True, with_valkey=True):
            import django
            from django.core.management import call_command
            from django.db import connection

            django.setup()
            call_command("migrate", verbosity=0)
            # A client of Foundry does not carry Django's objects through each of its collections.
            gc.collect()
            gc.freeze()
            try:
                yield data_dir
            finally:
                connection.close()
                connection.close_pool()


@dataclass(frozen=True, slots=True)
class BenchUser:
    """A user with a token, as an IDE has it."""

    user: User
    token: str
    caller: Caller


def person(name: str) -> BenchUser:
    """Make an account with an access token, through the services."""
    from accounts.callers import Caller, foundry_caller
    from accounts.services import create_account, create_token

    user = create_account(
        caller=foundry_caller("command"), username=f"{name}-{secrets.token_hex(4)}", display_name=name.title()
    )
    caller = Caller(user=user, via="api", credential="command")
    _, token = create_token(caller=foundry_caller("command"), name="bench", user_id=user.id)
    return BenchUser(user, token, caller)


def project(owner: BenchUser, *members: BenchUser) -> Project:
    """A private project with editors."""
    from projects.services import add_member, create_project

    made = create_project(caller=owner.caller, name="Bench")
    for member in members:
        add_member(caller=owner.caller, project_id=made.id, user_id=member.user.id, role="editor")
    return made


def bare_connection() -> psycopg.Connection[tuple[object, ...]]:
    """A psycopg connection of its own to the same database."""
    import psycopg
    from django.db import connection

    here = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return psycopg.connect(autocommit=True, **{name: here[key] for name, key in names.items() if here[key]})


def baseline(owner: BenchUser, made: Project) -> Baseline:
    """The bare way at the same tables, in a project of its own."""
    from django_redis import get_redis_connection

    from audit.services import site_id
    from bench.baselines import Baseline
    from locking.sessions import open_session

    session = open_session(caller=owner.caller, project_id=made.id, connected=False)
    client = get_redis_connection("locks")
    return Baseline(bare_connection(), client, site_id(), made.id, owner.user.id, session.session_id)
