"""What a script gave to a function of `core`, read as if an attacker had written it. All of these raise `HostError`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from stages.automation.lua import HostError

Arguments = Mapping[str, Any]
MAX_WHY: Final = 300


def text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str) or not value:
        raise HostError(f"{name} is a text")
    return value


def optional_text(arguments: Arguments, name: str) -> str | None:
    value = arguments.get(name)
    if value is not None and (not isinstance(value, str) or "\0" in value):
        raise HostError(f"{name} is a text")
    return value


def options(arguments: Arguments, names: tuple[str, ...]) -> Mapping[str, Any]:
    options = arguments.get("options") or {}
    if not isinstance(options, Mapping) or any(each not in names for each in options):
        raise HostError(f"options are {', '.join(names)}")
    return options


def after(options: Mapping[str, Any]) -> str:
    after = options.get("after") or ""
    try:
        return str(UUID(after)) if after else ""
    except (ValueError, AttributeError, TypeError):
        raise HostError("after is the id of a record") from None


def place(options: Mapping[str, Any]) -> int | None:
    at = options.get("at")
    if at is not None and (not isinstance(at, int) or isinstance(at, bool) or at < 0):
        raise HostError("at is a place from 0")
    return at


def holds_nul(value: Any) -> bool:
    """Whether a value has the character NUL anywhere, which Postgres neither stores nor compares."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(map(holds_nul, (*value, *value.values())))
    return isinstance(value, list) and any(map(holds_nul, value))


def why(arguments: Arguments, names: tuple[str, ...] = ()) -> str:
    """The reason of a change, for people; empty where none is given. `names` are the other options that there are."""
    found = options(arguments, (*names, "why")).get("why")
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > MAX_WHY or not found.isprintable():
        raise HostError(f"why is one line of at most {MAX_WHY} characters")
    return found
