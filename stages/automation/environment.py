"""What an operator may choose of automation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from kernel.environment import EnvironmentVariableError, read_number, read_words

SLOTS: Final = "FOUNDRY_SCRIPT_SLOTS"
FUEL: Final = "FOUNDRY_SCRIPT_FUEL"
MEMORY: Final = "FOUNDRY_SCRIPT_MEMORY"
SECONDS: Final = "FOUNDRY_SCRIPT_SECONDS"
WRITES: Final = "FOUNDRY_SCRIPT_WRITES"
HOSTS: Final = "FOUNDRY_SCRIPT_HOSTS"

# An execution reads in one transaction, which keeps the database from cleaning up for as long.
MAX_SECONDS: Final = 600
# WebAssembly has addresses of 32 bits, and each slot of a runner may hold so much.
MAX_MEMORY: Final = 2_048
MAX_FUEL: Final = 10_000_000
MAX_WRITES: Final = 10_000
MAX_SLOTS: Final = 64

_HOST: Final = re.compile(r"(?!.*\.\.)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?")


def read_settings(variables: Mapping[str, str]) -> dict[str, Any]:
    """How many scripts one process runs at once, what each may use, and which servers scripts may reach.

    Raises `EnvironmentVariableError`.
    """
    return {
        SLOTS: _number(variables, SLOTS, 2, 1, MAX_SLOTS),
        # Millions of WebAssembly's steps, and MiB.
        FUEL: _number(variables, FUEL, 10_000, 100, MAX_FUEL) * 1_000_000,
        MEMORY: _number(variables, MEMORY, 64, 24, MAX_MEMORY) << 20,
        SECONDS: _number(variables, SECONDS, 60, 1, MAX_SECONDS),
        WRITES: _number(variables, WRITES, 1_000, 1, MAX_WRITES),
        HOSTS: _hosts(variables),
    }


def _number(variables: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    found = read_number(variables, name, default, minimum=least)
    if found > most:
        raise EnvironmentVariableError(f"{name} takes a whole number from {least} to {most}, not {found}.")
    return found


def _hosts(variables: Mapping[str, str]) -> frozenset[str]:
    """Servers as `host:port`; a host alone means port 443."""
    words = [word.lower() for word in read_words(variables, HOSTS, "")]
    for word in words:
        if not _HOST.fullmatch(word):
            raise EnvironmentVariableError(f"{HOSTS} takes host or host:port, with commas between them, not {word!r}.")
    return frozenset(word if ":" in word else f"{word}:443" for word in words)
