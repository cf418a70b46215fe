"""The secrets of an installation whose operator has not set them: made once, kept in the data folder, mode 600."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def read_or_make_secret(data_dir: Path, name: str) -> str:
    """The secret kept in ``data_dir/name`` (mode 600), made on first use.

    Two processes that start at once end up with the same secret: a finished file is linked into place, and the
    second link fails.
    """
    path = data_dir / name
    with suppress(FileNotFoundError):
        return path.read_text(encoding="ascii")
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=data_dir, prefix=f".{name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            Path(path).hardlink_to(temporary)
    finally:
        Path(temporary).unlink()
    return path.read_text(encoding="ascii")
