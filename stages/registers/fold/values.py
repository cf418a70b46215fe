"""The values that a field can hold, whatever column it is in: validity never depends on the schema.

Null, true and false, integers up to ±(2^53−1), floats, texts up to 64 KiB (dates, times and options of an enum are
texts, durations are integers), and three objects: `{entity}`, `{blake3, name, size, media_type}`, `{reference}`.
"""

from __future__ import annotations

import math
from typing import Any, Final

from kernel.canonical import canonical
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import (
    MAX_INTEGER,
    check_hex32,
    check_id,
    check_integer,
    check_name,
    check_object,
    check_text,
)

MAX_TEXT: Final = 64 * 1024
MAX_FILE_NAME: Final = 255
_MAX_MEDIA_TYPE: Final = 255

FILE_MEMBERS: Final = ("blake3", "name", "size", "media_type")
REFERENCE_MEMBERS: Final = ("entity_id", "facet_type", "field_name")


def check_value(value: object, member: str) -> Any:
    """A value of a field. Raises `Malformed`."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return check_integer(value, member, least=-MAX_INTEGER)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Malformed(member, "not a finite number")
        return value
    if isinstance(value, str):
        return check_text(value, member, MAX_TEXT)
    if isinstance(value, dict):
        return _check_object(value, member)
    raise Malformed(member, "not a value that a field can hold")


def spell(value: object) -> str:
    """The canonical text of a value, by which values are compared: 1 and true differ, 1 and 1.0 do not."""
    return canonical(value)


def _check_object(value: dict[Any, Any], member: str) -> dict[str, Any]:
    if "entity" in value:
        check_object(value, member, ("entity",))
        check_id(value["entity"], f"{member}.entity")
    elif "blake3" in value:
        check_object(value, member, FILE_MEMBERS)
        check_hex32(value["blake3"], f"{member}.blake3")
        check_text(value["name"], f"{member}.name", MAX_FILE_NAME)
        check_integer(value["size"], f"{member}.size")
        check_text(value["media_type"], f"{member}.media_type", _MAX_MEDIA_TYPE)
    elif "reference" in value:
        check_object(value, member, ("reference",))
        reference = check_object(value["reference"], f"{member}.reference", REFERENCE_MEMBERS)
        check_id(reference["entity_id"], f"{member}.reference.entity_id")
        check_name(reference["facet_type"], f"{member}.reference.facet_type")
        check_name(reference["field_name"], f"{member}.reference.field_name")
    else:
        raise Malformed(member, "not an entity, a file or a reference")
    return value
