"""The commands of `foundry-station`, and their exit codes."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command's exit code says."""

    OK = 0
    DRIFT = 1
    USAGE = 2
    SIGN_IN = 3
    AWAY = 4


class CommandFailed(Exception):
    """A command could not do what it was asked; its text says why, `code` is the exit code."""

    def __init__(self, text: str, code: Exit = Exit.USAGE) -> None:
        super().__init__(text)
        self.code = code
