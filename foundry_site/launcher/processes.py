"""Runs other programs: without output unless they fail, and stopped when this process stops."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

STOP_SECONDS = 10


class ProgramError(Exception):
    """A program ended with an error; ``output`` is all its output."""

    def __init__(self, command: Sequence[str], output: str) -> None:
        super().__init__(f"{command[0]} failed")
        self.output = output

    def last_line(self, *marks: str) -> str:
        """The last line of output that begins with one of ``marks``, or else the last line."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        marked = [line for line in lines if line.startswith(marks)] if marks else []
        return (marked or lines or ["it said nothing"])[-1]


def run_quietly(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] | None = None,
) -> str:
    """Run a program and return its output. It and its children end when this process is interrupted.

    Raises:
        ProgramError: it ended with an error.
        FileNotFoundError: there is no such program.
    """
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    output: list[str] = []
    try:
        for line in process.stdout or ():
            output.append(line)
            if on_line is not None:
                on_line(line)
        process.wait()
    finally:
        _end_group(process)
    if process.returncode != 0:
        raise ProgramError(command, "".join(output))
    return "".join(output)


def _end_group(process: subprocess.Popen[str]) -> None:
    """End the program and its children if the context is left before they ended."""
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
