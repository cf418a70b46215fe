"""The folders and sockets of the embedded services of a data folder."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from foundry_site.embedded.errors import EmbeddedServiceError

# A Unix socket's path is at most 107 bytes on Linux and 103 on macOS (sys/un.h).
MAX_SOCKET_PATH = 103
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
DATABASE_NAME = "foundry"
DATABASE_USER = "foundry"


def service_folder(data_dir: Path, service: str) -> Path:
    """The folder that holds a service's files."""
    return data_dir / service


def socket_folder(data_dir: Path, service: str, socket_name: str) -> Path:
    """The folder of a service's socket: its own, or a short one under /tmp where that path would be too long.

    Postgres takes a comma-separated list of folders, hence the second reason for the short one.
    """
    folder = service_folder(data_dir, service)
    if len(str(folder / socket_name).encode()) <= MAX_SOCKET_PATH and "," not in str(folder):
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path("/tmp") / f"foundry-{digest}"  # noqa: S108 (prepare_socket_folder refuses one that is not ours)


def prepare_socket_folder(folder: Path, owner: int) -> None:
    """Make the folder, accessible to ``owner`` (a user id) only.

    Raises:
        EmbeddedServiceError: something of that name exists and belongs to somebody else.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or status.st_mode & 0o022:
        raise EmbeddedServiceError(f"{folder} is open to others; remove it and try again.")
    if status.st_uid != owner:
        try:
            os.chown(folder, owner, -1)
        except PermissionError as error:
            raise EmbeddedServiceError(f"{folder} belongs to another user; remove it and try again.") from error


def remove_socket_folder(data_dir: Path, socket: Path) -> None:
    """Remove a stopped service's socket, and the folder that was made for it under /tmp."""
    with suppress(OSError):
        socket.unlink(missing_ok=True)
        if data_dir not in socket.parents:
            socket.parent.rmdir()


def postgres_socket_folder(data_dir: Path) -> Path:
    """The folder of the socket of the embedded PostgreSQL."""
    return socket_folder(data_dir, "postgres", POSTGRES_SOCKET)


def valkey_socket(data_dir: Path) -> Path:
    """The socket of the embedded Valkey."""
    return socket_folder(data_dir, "valkey", VALKEY_SOCKET) / VALKEY_SOCKET


def database_url(data_dir: Path, database: str = DATABASE_NAME, user: str = DATABASE_USER) -> str:
    """The address of the embedded PostgreSQL, as ``DATABASE_URL`` would give it."""
    return f"postgresql://{user}@/{database}?host={quote(str(postgres_socket_folder(data_dir)), safe='')}"


def redis_url(data_dir: Path) -> str:
    """The address of the embedded Valkey, as ``REDIS_URL`` would give it."""
    return f"unix://{quote(str(valkey_socket(data_dir)))}?db=0"
