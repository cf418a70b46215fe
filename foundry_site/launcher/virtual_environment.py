"""The virtual environment in ``.venv``, with the pinned and hashed requirements."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from foundry_site.environment import BASE_DIR
from foundry_site.launcher.console import LaunchError, StepProgress, step
from foundry_site.launcher.processes import ProgramError, run_quietly

FOLDER = BASE_DIR / ".venv"
PYTHON = FOLDER / "bin" / "python"
LOG = FOLDER / "install.log"
# Of these files the packages are installed without what they ask for, which is not needed.
WITHOUT_DEPENDENCIES = ("requirements-local-model.txt",)
NO_COMPILER = re.compile(
    r"command '\S*(?:gcc|cc|clang)\S*' failed: No such file|unable to execute '\S*(?:gcc|cc|clang)\S*'"
    r"|(?:gcc|cc|clang|compiler)\S*:? (?:command )?not found|Unknown compiler|No CMAKE_C_COMPILER",
    re.IGNORECASE,
)
NO_NETWORK = re.compile(r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|unreachable")


def prepare(*requirement_files: str) -> None:
    """Make ``.venv`` and install the requirements in the files; fast if they have not changed.

    Raises:
        LaunchError: it cannot be made, or a package cannot be installed.
    """
    if all(_is_installed(name) for name in requirement_files):
        return
    with _alone():
        missing = [name for name in requirement_files if not _is_installed(name)]
        if not _has_pip():
            with step("Virtual environment"):
                _make()
            missing = list(requirement_files)
        if missing:
            with step("Python packages") as current:
                _install([name for name in missing if name not in WITHOUT_DEPENDENCIES], current)
                _install([name for name in missing if name in WITHOUT_DEPENDENCIES], current, "--no-deps")


@contextmanager
def _alone() -> Iterator[None]:
    """Prevent two commands that start at the same time from building the same environment."""
    try:
        descriptor = os.open(BASE_DIR / ".venv.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise LaunchError(f"{BASE_DIR} cannot be written: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _fingerprint(name: str) -> str:
    return hashlib.sha256((BASE_DIR / name).read_bytes()).hexdigest()


def _stamp(name: str) -> Path:
    return FOLDER / f"{name}.sha256"


def _is_installed(name: str) -> bool:
    stamp = _stamp(name)
    try:
        return PYTHON.exists() and stamp.exists() and stamp.read_text() == _fingerprint(name)
    except PermissionError as error:
        raise LaunchError(f"{FOLDER} was made by another user; give this one a clone of its own.") from error


def _has_pip() -> bool:
    try:
        run_quietly([str(PYTHON), "-m", "pip", "--version"], cwd=BASE_DIR)
    except (ProgramError, OSError):
        return False
    return True


def _make() -> None:
    # The real interpreter, because a broken virtual environment must not be made from itself.
    python = str(Path(sys.executable).resolve())
    try:
        run_quietly([python, "-m", "venv", "--clear", str(FOLDER)], cwd=BASE_DIR)
    except ProgramError as error:
        if "ensurepip" in error.output or "No module named venv" in error.output:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise LaunchError(
                f"{python} cannot make virtual environments; on Debian and Ubuntu: apt install python{version}-venv."
            ) from error
        raise LaunchError(f"The virtual environment could not be made: {error.last_line('Error')}") from error


def _install(names: Sequence[str], current: StepProgress, *flags: str) -> None:
    if not names:
        return
    packages = sum(line[:1].isalnum() for name in names for line in (BASE_DIR / name).read_text().splitlines())
    collected = 0

    def count(line: str) -> None:
        nonlocal collected
        if line.startswith("Collecting"):
            collected += 1
            current.show(f"{collected} of {packages}")
        elif line.startswith("Installing collected"):
            current.show("installing")

    files = [part for name in names for part in ("-r", str(BASE_DIR / name))]
    options = ["--require-hashes", "--prefer-binary", "--progress-bar=off", *flags, *files]
    command = [str(PYTHON), "-m", "pip", "install", *options]
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_USER": "0", "PYTHONPATH": ""}
    try:
        run_quietly(command, cwd=BASE_DIR, environment=quiet, on_line=count)
    except ProgramError as error:
        LOG.write_text(error.output)
        raise LaunchError(why(error)) from error
    for name in names:
        _stamp(name).write_text(_fingerprint(name))


def why(error: ProgramError) -> str:
    if NO_COMPILER.search(error.output):
        return f"A package has to be built here and this machine has no C compiler; install gcc (see {LOG})."
    if NO_NETWORK.search(error.output):
        return f"The Python package index cannot be reached (see {LOG})."
    return f"The Python packages could not be installed: {error.last_line('ERROR:')} (see {LOG})"
