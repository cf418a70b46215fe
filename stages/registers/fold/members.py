"""Checks of the members of a text. Each returns the value, or raises `Malformed` with the member's name.

Nothing here depends on tables that change from one Python to the next (such as Unicode's), so that every site refuses
the same texts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from stages.registers.fold.errors import Malformed, NeedsNewerVersion

MAX_NAME: Final = 100
MAX_INTEGER: Final = 2**53 - 1
# Facets of edges' properties are `edge:<type>`; no other name has a colon.
EDGE_PREFIX: Final = "edge:"

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UUID7: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_HEX32: Final = re.compile(r"[0-9a-f]{64}")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def check_object(value: object, member: str, needed: Collection[str], optional: Collection[str] = ()) -> dict[str, Any]:
    """An object that has the members `needed`, perhaps those that are `optional`, and no others."""
    if not isinstance(value, dict):
        raise Malformed(member, "not an object")
    for name in needed:
        if name not in value:
            raise Malformed(_path(member, name), "missing")
    if len(value) == len(needed):
        return value
    for name in value:
        if name not in needed and name not in optional:
            raise Malformed(_path(member, str(name)[:MAX_NAME]), "not a member that is known here")
    return value


def check_integer(value: object, member: str, least: int = 0, most: int = MAX_INTEGER) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(member, "not an integer")
    if not least <= value <= most:
        raise Malformed(member, "not from {least} to {most}", least=least, most=most)
    return value


def check_boolean(value: object, member: str) -> bool:
    if not isinstance(value, bool):
        raise Malformed(member, "not true or false")
    return value


def check_uuid(value: object, member: str) -> str:
    """A UUID of any version, in lowercase."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise Malformed(member, "not a UUID in lowercase")
    return value


def check_id(value: object, member: str) -> str:
    """The id of an entity, an edge, an operation or a bundle: a UUID of version 7, in lowercase."""
    if not isinstance(value, str) or not _UUID7.fullmatch(value):
        raise Malformed(member, "not a UUID of version 7 in lowercase")
    return value


def check_hex32(value: object, member: str) -> str:
    """32 bytes as 64 hexadecimal digits in lowercase: a public key or a hash."""
    if not isinstance(value, str) or not _HEX32.fullmatch(value):
        raise Malformed(member, "not 64 hexadecimal digits in lowercase")
    return value


def check_text(value: object, member: str, most_bytes: int) -> str:
    """A text of at most so many bytes (UTF-8) without NUL and lone surrogates."""
    if not isinstance(value, str):
        raise Malformed(member, "not a text")
    if _UNSTORABLE.search(value):
        raise Malformed(member, "has a NUL character or a lone surrogate")
    if len(value) > most_bytes or len(value.encode()) > most_bytes:
        raise Malformed(member, "longer than {most} bytes", most=most_bytes)
    return value


def check_name(value: object, member: str) -> str:
    """A name of a facet, a field or a type of edges: 1 to 100 characters, without colon and control characters."""
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_NAME:
        raise Malformed(member, "not a name of 1 to {most} characters", most=MAX_NAME)
    if ":" in value or value[0] == " " or value[-1] == " " or _CONTROL.search(value):
        raise Malformed(member, "a name has no colon, no control character, and no space at its ends")
    return value


def check_facet(value: object, member: str) -> str:
    """A facet whose fields may be set: of a table, or `edge:<type>` for properties of edges."""
    if isinstance(value, str) and value.startswith(EDGE_PREFIX):
        if value != EDGE_PREFIX:
            check_name(value.removeprefix(EDGE_PREFIX), member)
        return value
    return check_name(value, member)


def check_edge_type(value: object, member: str) -> str | None:
    return None if value is None else check_name(value, member)


def check_distinct(values: Iterable[object], member: str) -> None:
    seen = set()
    for value in values:
        if value in seen:
            raise Malformed(member, "has {value} twice", value=value)
        seen.add(value)


def check_list(value: object, member: str, most: int, least: int = 0) -> list[Any]:
    if not isinstance(value, list):
        raise Malformed(member, "not a list")
    if not least <= len(value) <= most:
        raise Malformed(member, "not {least} to {most} entries", least=least, most=most)
    return value


def check_version(value: Mapping[str, Any], version: int) -> None:
    """Let the version through that this program writes. Raises `NeedsNewerVersion` for a later one."""
    found = check_integer(value.get("v"), "v", least=1)
    if found != version:
        raise NeedsNewerVersion("v", "version {found}, where this program knows {known}", found=found, known=version)


def _path(member: str, name: str) -> str:
    return f"{member}.{name}" if member else name
