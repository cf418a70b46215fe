"""The ways by which a write comes in: what an event says in `via`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from audit.event_types import Text
from kernel.registry import Registry

_FORM: Final = re.compile(r"[a-z][a-z_]{0,29}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Via:
    """One way, and what auditors call it."""

    label: Text


VIAS: Final = Registry[Via]("value of via")


def register_via(name: str, via: Via) -> None:
    """Register a way by a lower-case word, which is in records for ever. Raises `ValueError` for another name."""
    if not _FORM.fullmatch(name):
        raise ValueError(f"{name!r} is no lower-case word, so it cannot be in `via`")
    VIAS.register(name, via)


def via_words(name: str) -> str:
    """A way in words; by its bare name where its app is no longer installed."""
    return str(VIAS[name].label) if name in VIAS else name
