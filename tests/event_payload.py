"""An event as it goes out live."""

from __future__ import annotations

import json
from typing import Any

from audit import live
from audit.models import Event


def event_payload(event: Event) -> dict[str, Any]:
    """The parameters of the event's notification, as they come out of the socket."""
    params: dict[str, Any] = json.loads(live.frame(event))["params"]
    return params
