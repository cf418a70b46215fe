"""The private key: from the environment, or made once and kept in the data folder, readable by its owner only."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

KEY_FILE = "signing_key"


def private_key() -> Ed25519PrivateKey:
    """The key that seals now: `FOUNDRY_SIGNING_KEY`, or the file `signing_key` (mode 600), made on first use.

    Both hold the 32 bytes of RFC 8032's private key as 64 hexadecimal digits. Nodes without a common data folder must
    be given the same key, or each seals with one of its own (all of them are on record).
    """
    text = settings.FOUNDRY_SIGNING_KEY or _read_or_make(Path(settings.FOUNDRY_DATA_DIR) / KEY_FILE)
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))


def _read_or_make(path: Path) -> str:
    """What the file says. Of two processes that make it at once, one links its finished file first; both read that."""
    with suppress(FileNotFoundError):
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(32)}\n")
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        Path(temporary).unlink()
    return path.read_text(encoding="ascii").strip()
