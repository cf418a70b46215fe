"""Settings that come from the environment, read once and typed.

Every variable is listed in ``docs/configuration.md``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str, default: bool) -> bool:
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


@dataclass(frozen=True, slots=True)
class Environment:
    """What the operator chose; defaults run the embedded services on this machine."""

    data_dir: Path
    database_url: str | None
    redis_url: str | None
    debug: bool
    secret_key: str | None
    allowed_hosts: tuple[str, ...]


def read_environment() -> Environment:
    """Read the process environment."""
    return Environment(
        data_dir=Path(os.environ.get("FOUNDRY_DATA_DIR", BASE_DIR / ".foundry")).resolve(),
        database_url=os.environ.get("DATABASE_URL") or None,
        redis_url=os.environ.get("REDIS_URL") or None,
        debug=_flag("FOUNDRY_DEBUG", False),
        secret_key=os.environ.get("FOUNDRY_SECRET_KEY") or None,
        allowed_hosts=tuple(
            host for host in os.environ.get("FOUNDRY_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host
        ),
    )
