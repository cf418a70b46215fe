"""What a machine says of itself when it signs in: `{name, system, version, …}`, short texts, not verified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from kernel.names import check_name
from stages.fleet.models.stations import MAX_STATION_NAME

MAX_FACTS: Final = 16
MAX_FACT: Final = 200


def check_machine(machine: Mapping[str, Any]) -> dict[str, str]:
    """The facts as they are kept; `name` is required. Raises `ValidationFailed` on `machine`."""
    if len(machine) > MAX_FACTS:
        raise ValidationFailed({"machine": [_("At most {most} members.").format(most=MAX_FACTS)]})
    facts = {
        check_name(key, name="machine", maximum=40): check_name(
            value, name=f"machine.{key[:40]}", maximum=MAX_FACT, required=False
        )
        for key, value in machine.items()
    }
    facts["name"] = check_name(machine.get("name", ""), name="machine.name", maximum=MAX_STATION_NAME)
    return facts
