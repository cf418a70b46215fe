"""The private key: from the environment, or generated once and kept in the data folder, readable by its owner only."""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from kernel import secret_files

KEY_FILE: Final = "signing_key"
# The next key while its succession is being recorded; it replaces the current one after the commit.
NEXT_KEY_FILE: Final = "signing_key.next"


def private_key() -> Ed25519PrivateKey:
    """The key that seals now: `FOUNDRY_SIGNING_KEY`, or the file `signing_key` (mode 600), made on first use.

    Both hold the 32 bytes of RFC 8032's private key as 64 hexadecimal digits. Nodes without a common data folder must
    be given the same key: one that nobody endorsed does not seal.
    """
    return _parsed(settings.FOUNDRY_SIGNING_KEY or read_or_make(key_path()))


def private_key_if_any() -> Ed25519PrivateKey | None:
    """The current key, or None; does not generate one, because verifying needs none."""
    with suppress(FileNotFoundError):
        return _parsed(settings.FOUNDRY_SIGNING_KEY or _read(key_path()))
    return None


def key_path() -> Path:
    return Path(settings.FOUNDRY_DATA_DIR) / KEY_FILE


def read_or_make_key(path: Path) -> Ed25519PrivateKey:
    """The key in a file, which is created if it is missing."""
    return _parsed(read_or_make(path))


def read_or_make(path: Path) -> str:
    """The private key in a file as hexadecimal digits, made there if there is none."""
    with suppress(FileNotFoundError):
        # Every write of registers asks for it: read again only when it is another file.
        status = path.stat()
        return _text_of(path, status.st_ino, status.st_mtime_ns, status.st_size)
    return secret_files.read_or_make(path, lambda: f"{secrets.token_hex(32)}\n").strip()


@lru_cache(maxsize=2)
def _text_of(path: Path, _inode: int, _changed: int, _size: int) -> str:
    return _read(path)


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii").strip()


# Half of the time that a caller needs for its key; after a succession another text is read.
@lru_cache(maxsize=2)
def _parsed(text: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))
