"""What an operator may choose of pads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.environment import read_number

PAD_MEMORY: Final = "FOUNDRY_PAD_MEMORY"


def read_settings(variables: Mapping[str, str]) -> dict[str, Any]:
    """How many MiB the documents of pads may take in one process. Raises `EnvironmentVariableError`."""
    return {PAD_MEMORY: read_number(variables, PAD_MEMORY, 256, minimum=1)}
