"""What an operator may choose of automation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.environment import read_number

SLOTS: Final = "FOUNDRY_SCRIPT_SLOTS"
FUEL: Final = "FOUNDRY_SCRIPT_FUEL"
MEMORY: Final = "FOUNDRY_SCRIPT_MEMORY"
SECONDS: Final = "FOUNDRY_SCRIPT_SECONDS"
WRITES: Final = "FOUNDRY_SCRIPT_WRITES"


def read_settings(variables: Mapping[str, str]) -> dict[str, Any]:
    """How many scripts one process runs at once, and what each may use. Raises `EnvironmentVariableError`."""
    return {
        SLOTS: read_number(variables, SLOTS, 2, minimum=1),
        # Millions of WebAssembly's steps, and MiB.
        FUEL: read_number(variables, FUEL, 10_000, minimum=100) * 1_000_000,
        MEMORY: read_number(variables, MEMORY, 64, minimum=24) << 20,
        SECONDS: read_number(variables, SECONDS, 60, minimum=1),
        WRITES: read_number(variables, WRITES, 1_000, minimum=1),
    }
