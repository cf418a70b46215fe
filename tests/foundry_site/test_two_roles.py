"""docs/deploy.md as it is written: two roles of which one cannot undo its protection, a backup, its restore."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from foundry_site.embedded import addresses
from foundry_site.embedded.postgres import SUPERUSER
from tests.copies import PROGRAMS

ROLES = settings.BASE_DIR / "docs" / "operations" / "roles.sql"


class Site:
    """A database of its own with two roles, made by the file that operators are given."""

    def __init__(self, data_dir: Path, services: Path) -> None:
        self.data_dir = data_dir
        self.services = services
        suffix = token_hex(4)
        self.names = {name: f"{name}_{suffix}" for name in ("database", "owner", "app")}

    def address(self, role: str, database: str = "") -> str:
        return addresses.database_url(self.services, database or self.names["database"], self.names.get(role, role))

    def prepare(self, database: str) -> None:
        names = {**self.names, "database": database}
        variables = [f"--set={name}={value}" for name, value in names.items()]
        self.program("psql", "-q", *variables, "-f", str(ROLES), self.address(SUPERUSER, "postgres"))

    def program(self, name: str, *arguments: str) -> None:
        done = subprocess.run([PROGRAMS / name, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def manage(self, *words: str, role: str = "app", database: str = "", expected: int = 0) -> str:
        environment = {
            **os.environ,
            "DATABASE_URL": self.address(role, database),
            "DJANGO_SETTINGS_MODULE": "foundry_site.settings",
            "FOUNDRY_DATA_DIR": str(self.data_dir),
        }
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expected, done.stdout + done.stderr
        return done.stdout

    def diagnosis(self, database: str = "") -> dict[str, str]:
        """What the doctor says, by subject; that the tests' Postgres is no durable one makes it bad."""
        told = self.manage("doctor", "--json", database=database, expected=1)
        return {finding["subject"]: finding["level"] for finding in map(json.loads, told.splitlines())}

    def remove(self) -> None:
        with psycopg.connect(self.address(SUPERUSER, "postgres"), autocommit=True) as connection:
            for name in (self.names["database"], self.restored):
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            for role in ("owner", "app"):
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(self.names[role])))

    @property
    def restored(self) -> str:
        return f"{self.names['database']}_restored"


@pytest.fixture(scope="module")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    # From the environment: with pytest-xdist only the controller has chosen the folder itself.
    folder = Path(os.environ.get("FOUNDRY_DATA_DIR", ""))
    if os.environ["DATABASE_URL"] != addresses.database_url(folder):
        pytest.skip("needs a superuser's rights, which only the embedded PostgreSQL gives")
    site = Site(tmp_path_factory.mktemp("roles"), folder)
    try:
        site.prepare(site.names["database"])
        site.manage("migrate", "--verbosity", "0", role="owner")
        # Everything that the product writes: people, projects, locks, versions, comments, releases, signatures.
        site.manage("make_demo", "--url", "http://localhost:1/", "--verbosity", "0")
        yield site
    finally:
        site.remove()


def test_the_applications_role_does_all_the_work(site: Site) -> None:
    site.manage("make_checkpoint")
    site.manage("procrastinate", "worker", "--one-shot")
    assert "Verified" in site.manage("verify_audit")


def test_the_doctor_finds_nothing_to_say_about_the_role(site: Site) -> None:
    levels = site.diagnosis()
    assert (levels["Role"], levels["Triggers"], levels["Functions"]) == ("ok", "ok", "ok")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER audit_event_frozen ON audit_event",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "ALTER TABLE drafts_draft ADD COLUMN more text",
        "TRUNCATE audit_event",
        "DROP TABLE publishing_signature",
        "CREATE OR REPLACE FUNCTION foundry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN OLD; END$$",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id int)",
        "SET ROLE {owner}",
    ],
)
def test_the_applications_role_cannot_undo_its_protection(site: Site, statement: str) -> None:
    with (
        psycopg.connect(site.address("app"), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(**site.names))


@pytest.mark.parametrize("statement", ["DELETE FROM audit_event", "UPDATE drafts_draft SET message = 'other'"])
def test_what_it_may_by_its_rights_the_triggers_refuse(site: Site, statement: str) -> None:
    with (
        psycopg.connect(site.address("app"), autocommit=True) as connection,
        pytest.raises(psycopg.errors.IntegrityConstraintViolation),
    ):
        connection.execute(statement)


def test_a_backup_is_restored_with_its_roles_and_verifies(site: Site, tmp_path: Path) -> None:
    file = str(tmp_path / "foundry.dump")
    site.program("pg_dump", "--format=custom", f"--file={file}", site.address("owner"))
    site.prepare(site.restored)
    restored = site.address("owner", site.restored)
    site.program("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={restored}", file)
    assert "Verified" in site.manage("verify_audit", database=site.restored)
    levels = site.diagnosis(database=site.restored)
    assert {levels[subject] for subject in ("Role", "Triggers", "Tables", "Functions", "Migrations")} == {"ok"}
    # It goes on from where it was.
    site.manage("create_account", "after-the-restore", "--no-password", database=site.restored)
