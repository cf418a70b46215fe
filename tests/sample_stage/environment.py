"""What an operator may choose of this stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.environment import read_number


def read_settings(variables: Mapping[str, str]) -> dict[str, Any]:
    """How many notes a project may have. Raises `EnvironmentVariableError`."""
    return {"FOUNDRY_SAMPLE_MAX_NOTES": read_number(variables, "FOUNDRY_SAMPLE_MAX_NOTES", 100, minimum=1)}
