"""JSON values written out for people, with every digit of their numbers."""

from __future__ import annotations

from typing import Final

import msgspec

_encoder: Final = msgspec.json.Encoder(decimal_format="number")


def written(value: object, *, indent: int = 0) -> str:
    """The JSON text of a value: on one line, or laid out by `indent` spaces a level."""
    return msgspec.json.format(_encoder.encode(value), indent=indent).decode()
