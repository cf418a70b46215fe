"""What the nodes send each other through the channel layer: small tagged structs, checked on arrival."""

from __future__ import annotations

from typing import Any

import msgspec


class Numbered(msgspec.Struct, frozen=True, tag="hub.numbered", omit_defaults=True):
    """A finished frame for every socket, with its `seq` in the topic.

    One that covers several numbers begins with `seq_from`.
    """

    topic: str
    seq: int
    frame: str
    seq_from: int | None = None


class Ephemeral(msgspec.Struct, frozen=True, tag="hub.ephemeral"):
    """Something worth showing only now. `origin` names the one subscriber that should not get its own echo."""

    topic: str
    frame: str
    origin: str | None = None


class Notice(msgspec.Struct, frozen=True, tag="hub.notice"):
    """Something that the nodes themselves, not their sockets, should know about a topic."""

    topic: str
    text: str


class Nonce(msgspec.Struct, frozen=True, tag="hub.nonce"):
    """Sent by a node to itself: once it comes back, the layer carries messages."""

    nonce: str


Message = Numbered | Ephemeral | Notice | Nonce


def pack(message: Message) -> dict[str, Any]:
    """The message as the dict with a `type` that every channel layer carries."""
    packed: dict[str, Any] = msgspec.to_builtins(message)
    return packed


def unpack(raw: object) -> Message:
    """The message in a layer's dict. Raises `msgspec.ValidationError` for anything else."""
    message: Message = msgspec.convert(raw, Message)
    return message
