"""Reads one table of the manifest into its shape; a mistake is named by its whole path."""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

import msgspec
from django.utils.translation import gettext

from kernel.errors import ValidationFailed
from stages.automation.packages.refusing import refuse

Read = TypeVar("Read")

# msgspec's own words; it does not name the keys of dictionaries, so tables are read one at a time.
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<name>.*?)`(?: - at `\$(?P<at>.*)`)?", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(?P<name>.*?)`(?: - at `\$(?P<at>.*)`)?", re.DOTALL)
_OTHER: Final = re.compile(r"(?P<words>.*?)(?: - at `\$(?P<at>.*)`)?", re.DOTALL)


def read_table(value: object, shape: type[Read], path: str) -> Read:
    """A table as its shape has it. Raises `ValidationFailed` with the path of the member."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), path) from None


def read_tables(value: object, shape: type[Read], path: str, most: int) -> dict[str, Read]:
    """Tables by their names, each in its shape. Raises `ValidationFailed`."""
    tables = read_table(value, dict[str, Any], path)
    if len(tables) > most:
        raise refuse(path, gettext("At most %(most)s of these.") % {"most": most})
    return {name: read_table(each, shape, f"{path}.{name}") for name, each in tables.items()}


def _refusal(words: str, path: str) -> ValidationFailed:
    if found := _UNKNOWN.fullmatch(words):
        return refuse(_path(path, found["at"], found["name"]), gettext("There is no such member."))
    if found := _MISSING.fullmatch(words):
        return refuse(_path(path, found["at"], found["name"]), gettext("This is missing."))
    found = _OTHER.fullmatch(words)
    assert found is not None
    return refuse(_path(path, found["at"], ""), gettext("Of another type: %(why)s") % {"why": found["words"]})


def _path(path: str, at: str | None, name: str) -> str:
    inner = re.sub(r"\[(\d+)\]", r".\1", at or "").replace("[...]", "").strip(".")
    return ".".join(each for each in (path, inner, name) if each)
