"""What a Prometheus server learns about the sockets of one node."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge

SOCKETS: Final = Gauge("foundry_sockets", "Sockets that are open on this node.")
CLOSES: Final = Counter("foundry_socket_closes", "Sockets that the server closed, by the reason it gave.", ["reason"])
QUEUED: Final = Gauge("foundry_queued", "Pieces of work that wait for a thread of the gateway, by lane.", ["lane"])
