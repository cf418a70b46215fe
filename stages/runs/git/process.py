"""Runs git: nothing of the machine's or user's configuration counts, and servers are met as `kernel.outbound` does it.

The connection goes to an address that was resolved and checked here, follows no redirect, and takes no proxy. The token
is given as configuration in the environment of the one process, which only this account of the machine can read: not as
an argument, not in the address, not in a file.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from kernel.outbound import AddressRefused, OutboundError, checked_address
from stages.runs.git.errors import GitCause, GitError, cause_of
from stages.runs.llm.hiding import hide

# Seconds for what reads names, and for what moves contents.
SHORT: Final = 15.0
LONG: Final = 300.0
# Bytes: the largest file that git may write (a pack), and what it may answer on its standard output.
MAX_FILE: Final = 2 * 1024**3
MAX_OUTPUT: Final = 64 * 1024**2
MAX_SAID: Final = 300

# `ulimit` counts in 512 bytes; the limits hold for all processes that git starts.
_LIMITED: Final = ("/bin/sh", "-c", 'ulimit -f "$0" 2>/dev/null; exec git "$@"')
ENVIRONMENT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_ASKPASS": "",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": "/nonexistent",
        "LC_ALL": "C",
    }
)
_CONFIGURATION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "core.hooksPath": os.devnull,
        "credential.helper": "",
        "fetch.recurseSubmodules": "false",
        "gc.auto": "0",
        "http.followRedirects": "false",
        "http.lowSpeedLimit": "1000",
        "http.lowSpeedTime": "30",
        "http.proxy": "",
        "maintenance.auto": "false",
        "protocol.version": "2",
        "transfer.bundleURI": "false",
    }
)


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository at its server, with the token for it (empty: none), and the servers that may be inside."""

    url: str
    token: str = field(repr=False, default="")
    allowed: Collection[str] = ()


def run_git(
    *arguments: str,
    folder: Path | None = None,
    data: bytes = b"",
    seconds: float = LONG,
    max_file: int = MAX_FILE,
    settings: Mapping[str, str] = MappingProxyType({}),
    variables: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Run git on this machine and return what it wrote. `settings` are configuration, `variables` the environment.

    git is stopped where it writes more than `max_file` bytes into a file or to its standard output. Raises `GitError`.
    """
    command = [*_LIMITED, str(max_file // 512), *([f"--git-dir={folder}"] if folder else []), *arguments]
    environment = {
        **ENVIRONMENT,
        "PATH": os.environ.get("PATH", os.defpath),
        **_as_variables({**_CONFIGURATION, **settings}),
        **variables,
    }
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = _start(command, env=environment, stdout=output, stderr=errors)
        status = _wait(process, data, seconds)
        output.seek(0)
        errors.seek(0)
        written = output.read(MAX_OUTPUT + 1)
        said = errors.read(64 * 1024).decode("utf-8", "replace")
    if status == -signal.SIGXFSZ or status == 128 + signal.SIGXFSZ:
        raise GitError(GitCause.GIT_FAILED, f"git wrote more than {max_file} bytes.")
    if status != 0:
        raise GitError(cause_of(said), _last_line(said) or f"git ended with {status}.")
    if len(written) > MAX_OUTPUT:
        raise GitError(GitCause.GIT_FAILED, f"git wrote more than {MAX_OUTPUT} bytes.")
    return written


def run_remote(
    remote: Remote, *arguments: str, folder: Path | None = None, seconds: float = LONG, data: bytes = b""
) -> bytes:
    """Run a git command that talks to a server. Raises `GitError`, whose text does not contain the token."""
    scheme = urlsplit(remote.url).scheme
    settings = _connection_settings(remote)
    try:
        return run_git(
            *arguments,
            folder=folder,
            data=data,
            seconds=seconds,
            settings=settings,
            variables={"GIT_ALLOW_PROTOCOL": scheme},
        )
    except GitError as error:
        raise GitError(error.cause, hide(error.detail, remote.token, _basic(remote.token))) from None


def _connection_settings(remote: Remote) -> dict[str, str]:
    """Where git connects to, and what it shows there. Raises `GitError` for an address that is not allowed."""
    try:
        host, port, address = checked_address(remote.url, allowed=remote.allowed)
    except AddressRefused as error:
        raise GitError(GitCause.ADDRESS_REFUSED, str(error)) from None
    except (OutboundError, OSError, ValueError) as error:
        raise GitError(GitCause.CONNECTION, str(error)) from None
    settings = {}
    if not _is_literal(host):
        shown = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
        settings["http.curloptResolve"] = f"{host}:{port}:{shown}"
    if remote.token:
        settings["http.extraHeader"] = f"Authorization: Basic {_basic(remote.token)}"
    return settings


def _start(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, cwd="/", stdin=subprocess.PIPE, start_new_session=True, **options)
    except OSError as error:
        raise GitError(GitCause.GIT_FAILED, f"git cannot be started: {error}.") from error


def _wait(process: subprocess.Popen[bytes], data: bytes, seconds: float) -> int:
    """Wait for a process; at the end of the time it is killed with all that it started."""
    try:
        process.communicate(data, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise GitError(GitCause.TIMEOUT, f"git took longer than {seconds:.0f} s.") from None
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return process.returncode


def _as_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """Configuration as git reads it from the environment."""
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (name, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def _basic(token: str) -> str:
    """How git's servers take a token: as the password of a user whose name does not matter."""
    return b64encode(f"x-access-token:{token}".encode()).decode() if token else ""


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _last_line(said: str) -> str:
    """The last line of what git said; what a server said on its own (`remote:`) is left out."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("remote:")]
    return lines[-1][:MAX_SAID] if lines else ""
