"""The values of fields in frames."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from kernel.ijson import MAX_DEPTH, parse
from projects.fields import CONFIGURATION

# A value is at most three levels deep in a frame; what it holds may be as deep as anywhere else.
_DEPTH_OF_FRAME: Final = 3


def strict_value(name: str, raw: msgspec.Raw) -> Any:
    """One field's value, by the same strict JSON as REST's; a configuration given as an object keeps its spelling."""
    value = parse(bytes(raw), name=name, max_depth=MAX_DEPTH + _DEPTH_OF_FRAME)
    return raw if name == CONFIGURATION and isinstance(value, dict) else value
