"""A backup that was restored proves itself as the original does, and stays as protected (control c04)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests import databases
from tests.copies import PROGRAMS
from tests.publishing.reviews import Review


@pytest.fixture
def restored(own_db: str, make_review: Callable[[], Review], tmp_path: Path) -> Iterator[str]:
    """Release something, back the database up, and restore it under another name; the address of the copy."""
    make_review().release()
    file = tmp_path / "backup.dump"
    run("pg_dump", "--format=custom", f"--file={file}", f"--dbname={own_db}")
    name = databases.new(template="template0")
    try:
        copy = databases.address(name)
        run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={copy}", str(file))
        yield copy
    finally:
        databases.drop(name)


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
