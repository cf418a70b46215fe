"""Secrets that the operator has not set: made once, stored in the data folder with mode 600."""

from __future__ import annotations

import secrets
from pathlib import Path

from kernel.secret_files import read_or_make


def read_or_make_secret(data_dir: Path, name: str) -> str:
    """The secret in ``data_dir/name``, made on first use."""
    return read_or_make(data_dir / name, lambda: secrets.token_urlsafe(48))
