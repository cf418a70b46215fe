"""The one ring of keys that encrypts secrets before they are stored: MultiFernet, newest key first.

The keys are `FOUNDRY_ENCRYPTION_KEYS`, or the file `encryption_keys` (mode 600) in the data folder, made on first use.
A secret is bound to the row that it belongs to: copied into another row, it does not decrypt. An app that stores
secrets registers how they are encrypted again (`ROTATIONS`); `manage.py rotate_keys` does so for all of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from kernel.registry import Registry
from kernel.secret_files import read_or_make, replace

KEY_FILE: Final = "encryption_keys"

# Encrypts a stored secret anew with the newest key.
Rotate = Callable[[bytes], bytes]
# Replaces every secret of an app's tables within the caller's transaction; answers how many there are.
SecretRotation = Callable[[Rotate], int]
ROTATIONS: Final = Registry[SecretRotation]("rotation of secrets")


class RingError(Exception):
    """A secret cannot be decrypted: no key of the ring fits, or it belongs to another row."""


def encrypt(secret: str, *, owner: str) -> bytes:
    """Encrypt a secret for the row that `owner` names; the token is ASCII, about 1.4 times as long plus 100 bytes."""
    text = json.dumps({"for": owner, "value": secret})
    return ring().encrypt(text.encode())


def decrypt(token: bytes, *, owner: str) -> str:
    """The secret in a token that was made for `owner`. Raises `RingError`."""
    try:
        text = ring().decrypt(bytes(token))
    except InvalidToken as error:
        raise RingError("no encryption key of this site fits") from error
    found = json.loads(text)
    if found["for"] != owner:
        raise RingError("the secret belongs to another row")
    return str(found["value"])


def rotate(token: bytes) -> bytes:
    """Encrypt a token anew with the newest key. Raises `RingError`."""
    try:
        return ring().rotate(bytes(token))
    except InvalidToken as error:
        raise RingError("no encryption key of this site fits") from error


def rotate_registered() -> int:
    """Have every app encrypt its secrets with the newest key, in the caller's transaction; answers how many."""
    return sum(rotation(rotate) for rotation in ROTATIONS.values())


def ring() -> MultiFernet:
    """The keys of this site. Read anew each time: a rotation on another node counts at once."""
    keys = settings.FOUNDRY_ENCRYPTION_KEYS or _keys_in_file()
    return MultiFernet([Fernet(key) for key in keys])


def key_path() -> Path:
    """The file that holds the keys where `FOUNDRY_ENCRYPTION_KEYS` does not."""
    return Path(settings.FOUNDRY_DATA_DIR) / KEY_FILE


def add_key() -> None:
    """Put a new key before the others in the file; those stay, because older secrets need them."""
    replace(key_path(), _lines([Fernet.generate_key().decode(), *_keys_in_file()]))


def _keys_in_file() -> list[str]:
    return read_or_make(key_path(), lambda: _lines([Fernet.generate_key().decode()])).split()


def _lines(keys: list[str]) -> str:
    return "".join(f"{key}\n" for key in keys)
