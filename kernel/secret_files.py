"""Files that hold a secret: made once, readable by their owner only (mode 600)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def read_or_make(path: Path, make: Callable[[], str]) -> str:
    """The text of a file, which is made with the text of `make` where it does not exist.

    Of two processes that make it at once, one links its finished file into place first; both read that one.
    """
    with suppress(FileNotFoundError):
        return path.read_text(encoding="ascii")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = _write_beside(path, make())
    try:
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink()
    return path.read_text(encoding="ascii")


def replace(path: Path, text: str) -> None:
    """Give a file another text; whoever reads it meanwhile reads the old one whole, or the new one."""
    _write_beside(path, text).replace(path)


def _write_beside(path: Path, text: str) -> Path:
    """A finished temporary file in the same folder."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
