"""What an operator may choose of the fleet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.environment import read_number

STATION_DAYS: Final = "FOUNDRY_STATION_DAYS"


def read_settings(variables: Mapping[str, str]) -> dict[str, Any]:
    """For how many days after its last use a station's token counts. Raises `EnvironmentVariableError`."""
    return {STATION_DAYS: read_number(variables, STATION_DAYS, 180, minimum=1)}
