"""What is sent to sockets: finished frames, and the registers of the notifications that clients may get.

`NOTIFICATIONS` holds the JSON-RPC methods with the members of their parameters; `EPHEMERALS` the names of `ephemeral`
notifications with the members of their `data`. What is not registered is not sent (`realtime.publishing`), and
`docs/gateway.md` describes what is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from kernel.registry import Registry

_encoder = msgspec.json.Encoder()

NOTIFICATIONS: Final = Registry[tuple[str, ...]]("notification")
EPHEMERALS: Final = Registry[tuple[str, ...]]("ephemeral notification")


class Frame(NamedTuple):
    """A finished text for every socket of a numbered topic; it covers the numbers from `seq_from` to `seq`."""

    seq_from: int
    seq: int
    text: str


def notification_frame(method: str, params: Any) -> str:
    """A JSON-RPC notification as text. Raises `TypeError` or `ValueError` for what JSON cannot hold."""
    return _encoder.encode({"jsonrpc": "2.0", "method": method, "params": params}).decode()


def register_ephemerals(ephemerals: Mapping[str, tuple[str, ...]]) -> None:
    """Add names of `ephemeral` notifications with the members of their data; called from `AppConfig.ready()`."""
    for name, members in ephemerals.items():
        EPHEMERALS.register(name, members)


def register_notifications(notifications: Mapping[str, tuple[str, ...]]) -> None:
    """Add methods of notifications with the members of their parameters; called from `AppConfig.ready()`."""
    for method, members in notifications.items():
        NOTIFICATIONS.register(method, members)
