"""The database that the last release left behind: where it is kept, its keys, and how it gets into Postgres."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.keys.text import fingerprint_of, public_bytes
from tests.copies import dumped, fill

FOLDER: Final = Path(__file__).with_name("last_release")
DATABASE: Final = FOLDER / "database.sql.gz"
MIGRATIONS: Final = FOLDER / "migrations.sql"


def _public_private_key(number: int) -> str:
    """A key that is no secret: anybody derives it from this sentence. It seals nothing but the test's database."""
    return hashlib.sha256(f"Foundry's tests: key {number} of the last release's database".encode()).hexdigest()


# As FOUNDRY_SIGNING_KEY spells them: the site's first key, and the one that followed it.
FIRST_KEY: Final = _public_private_key(1)
NEXT_KEY: Final = _public_private_key(2)


def fingerprint(key: str) -> str:
    """What a private key's public half is known by."""
    return fingerprint_of(public_bytes(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key))))


def dump(address: str) -> None:
    """Keep a database as the last release's."""
    # No time in the header: the same database makes the same file.
    DATABASE.write_bytes(gzip.compress(dumped(address), 9, mtime=0))


def sql() -> str:
    """The database as SQL."""
    return gzip.decompress(DATABASE.read_bytes()).decode()


def restore(address: str) -> None:
    """Fill an empty database with it. Raises `AssertionError` with what Postgres says."""
    fill(address, sql().encode())
