"""The secret key of an installation whose operator has not set one."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def read_or_make_secret_key(data_dir: Path) -> str:
    """The key kept in ``data_dir/secret_key`` (mode 600), made on first use.

    Two processes that start at once end up with the same key: a finished file is linked into place, and the
    second link fails.
    """
    path = data_dir / "secret_key"
    with suppress(FileNotFoundError):
        return path.read_text(encoding="ascii")
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=data_dir, prefix=".secret_key-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            Path(path).hardlink_to(temporary)
    finally:
        Path(temporary).unlink()
    return path.read_text(encoding="ascii")
