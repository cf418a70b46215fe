"""What may be staged for a target: its shape alone. Tables and columns are asked when it is written."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.errors import PayloadTooLarge, ValidationFailed
from stages.registers.fold.documents import MAX_BYTES
from stages.registers.fold.errors import Malformed
from stages.registers.fold.payloads import read_payload
from stages.registers.proposing.targets import RecordTarget

# The payload that a target's value would become, and what its members are called.
_PAYLOADS: Final = {
    "record": ("CreateEntity", ("entity_id",)),
    "facet": ("AttachFacet", ("entity_id", "facet_type")),
    "field": ("SetField", ("entity_id", "facet_type", "field_name")),
    "text": ("SetField", ("entity_id", "facet_type", "field_name")),
    "edge": ("DeleteEdge", ("edge_id",)),
    "index": ("MoveOrderedEdge", ("edge_id",)),
    "mapping": ("ConfirmFieldMapping", ("facet_a", "field_a", "facet_b", "field_b")),
    "merge": ("MergeEntities", ("survivor", "absorbed")),
    "split": ("SplitEntity", ("source", "new_entity")),
}
_FLAGS: Final = ("record", "facet", "mapping", "merge")
_EDGE: Final = frozenset({"type", "source", "target", "index", "properties"})


def check_staged(target: RecordTarget, value: object) -> Any:
    """A value that can be staged for a target. Raises `ValidationFailed` naming the target, `PayloadTooLarge`."""
    kind, names = _PAYLOADS[target.word]
    payload: dict[str, Any] = {"type": kind, **dict(zip(names, target.parts, strict=True))}
    try:
        read_payload({**payload, **_members(target.word, value)}, str(target))
    except (Malformed, ValueError):
        raise ValidationFailed({"changes": [_("{name} cannot hold this.").format(name=target)]}) from None
    return value


def _members(word: str, value: Any) -> dict[str, Any]:
    """The members of the payload that the value gives. Raises `ValueError`."""
    if word in _FLAGS:
        _require(isinstance(value, bool))
        return {}
    if word == "edge":
        return _members_of_edge(value)
    if word == "index":
        return {"new_index": value}
    if word == "split":
        return {"facets": value}
    if value is None or word == "text":
        _check_text(value)
        return {"value": None, "unset": True}
    _require(isinstance(value, dict) and set(value) == {"value"})
    return {"value": value["value"]}


def _members_of_edge(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    _require(isinstance(value, dict) and set(value) == _EDGE)
    ends = {"source": value["source"], "target": value["target"], "edge_type": value["type"]}
    named = {**ends, "properties": value["properties"]}
    if value["index"] is None:
        return {"type": "CreateEdge", **named}
    return {"type": "CreateOrderedEdge", **named, "fractional_index": value["index"]}


def _check_text(value: Any) -> None:
    _require(value is None or (isinstance(value, str) and "\0" not in value))
    if len((value or "").encode(errors="surrogatepass")) > MAX_BYTES:
        raise PayloadTooLarge(_("A text has at most 1 MiB."))


def _require(holds: bool) -> None:
    if not holds:
        raise ValueError
