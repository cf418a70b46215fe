"""What a Prometheus server learns about the hub of one node."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

EVENTS: Final = Counter("foundry_hub_events", "Events that this node's hub has emitted, each once, in order.")
DELIVERIES: Final = Counter("foundry_hub_deliveries", "Frames of events handed to sockets of this node.")
GAPS: Final = Counter("foundry_hub_gaps", "Times that an event was missing and the hub had to read it.")
