"""Which bundles an event records: one that was written here, or several of another site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stages.registers.events import CHANGED, INGESTED

RECORDING: Final = (CHANGED, INGESTED)


@dataclass(frozen=True, slots=True)
class RecordedBundle:
    """What an event says of a bundle; `origin` is the key of the site that sent it, None for one of this site."""

    hash: str
    bundle_id: str
    site_key: str
    number: int
    count: int
    undoes: str | None
    origin: str | None


def bundles_recorded(action: str, data: Mapping[str, Any]) -> Iterator[RecordedBundle]:
    """The bundles that an event of `RECORDING` records."""
    if action == CHANGED:
        said = {name: data[name] for name in ("bundle_id", "site_key", "number", "count", "undoes", "origin")}
        yield RecordedBundle(hash=data["bundle"], **said)
        return
    for number, each in enumerate(data["bundles"], data["numbers"][0]):
        yield RecordedBundle(**each, site_key=data["site"], number=number, origin=data["via"])
