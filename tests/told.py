"""An event as everybody in its project is told it."""

from __future__ import annotations

import json
from typing import Any

from audit import live
from audit.models import Event


def told(event: Event) -> dict[str, Any]:
    """The parameters of the event's notification, as they come out of the socket."""
    params: dict[str, Any] = json.loads(live.frame(event))["params"]
    return params
