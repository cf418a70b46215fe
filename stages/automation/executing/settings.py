"""The settings of a script: what starts it, what a person gives it, and what it asks for. Django is not needed here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from stages.automation.executing.grants import Grants

ARGUMENT_TYPES: Final = ("text", "lines", "integer", "decimal", "boolean", "date", "file")
LIBRARIES: Final = "libraries"
MAX_ARGUMENTS: Final = 30
MAX_TRIGGERS: Final = 100
MAX_NAME: Final = 100
MAX_TITLE: Final = 200
MAX_OPTIONS: Final = 100


@dataclass(frozen=True, slots=True)
class Argument:
    """One value that a person gives by hand."""

    name: str
    type: str = "text"
    title: str = ""
    required: bool = False
    options: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"name": self.name, "type": self.type, "title": self.title, "required": self.required}
        return found | ({"options": list(self.options)} if self.options else {})


@dataclass(frozen=True, slots=True)
class Settings:
    """What a script is run by, and with; `capabilities` is what it asks an owner for."""

    on_change: tuple[str, ...] = ()
    args: tuple[Argument, ...] = ()
    capabilities: Grants = field(default_factory=Grants)

    def to_json(self) -> dict[str, Any]:
        return {
            "on_change": list(self.on_change),
            "args": [each.to_json() for each in self.args],
            "capabilities": self.capabilities.to_json(),
        }


def read_settings(value: object) -> Settings:
    """Settings as JSON has them. Raises `ValueError` with the path of what is wrong."""
    found = _object(value, "", ("on_change", "args", "capabilities"))
    triggers = found.get("on_change", [])
    if not isinstance(triggers, list) or len(triggers) > MAX_TRIGGERS:
        raise ValueError("on_change")
    for at, each in enumerate(triggers):
        _text(each, f"on_change.{at}", MAX_TITLE)
    listed = found.get("args", [])
    if not isinstance(listed, list) or len(listed) > MAX_ARGUMENTS:
        raise ValueError("args")
    arguments = tuple(_argument(each, f"args.{at}") for at, each in enumerate(listed))
    if len({each.name for each in arguments}) < len(arguments):
        raise ValueError("args")
    try:
        capabilities = Grants.of(found.get("capabilities"))
    except ValueError as error:
        raise ValueError(f"capabilities.{error}".rstrip(".")) from None
    return Settings(tuple(dict.fromkeys(triggers)), arguments, capabilities)


def stored_settings(text: object) -> Settings:
    """The settings that a record holds; those of one that another site wrote wrongly are none."""
    try:
        value = json.loads(text) if isinstance(text, str) else {}
        return read_settings({name: each for name, each in value.items() if name != LIBRARIES})
    except (ValueError, AttributeError, RecursionError):
        return Settings()


def stored_libraries(text: object) -> dict[str, str]:
    """What the record of a module's script holds besides: the hashes of the texts that it may require, by name."""
    try:
        value = json.loads(text).get(LIBRARIES) if isinstance(text, str) else {}
    except (ValueError, AttributeError, RecursionError):
        return {}
    return {name: str(each) for name, each in value.items()} if isinstance(value, dict) else {}


def read_arguments(settings: Settings, given: object) -> dict[str, Any]:
    """What a person gave, by the names that the script asks for. Raises `ValueError` with the name of what is wrong."""
    values = _object(given, "", tuple(each.name for each in settings.args))
    found: dict[str, Any] = {}
    for each in settings.args:
        value = values.get(each.name)
        if value is None or value == "":
            if each.required:
                raise ValueError(each.name)
            continue
        found[each.name] = _value(each, value)
    return found


def _value(argument: Argument, value: Any) -> Any:
    fits = {
        "integer": isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53,
        "decimal": isinstance(value, int | float) and not isinstance(value, bool),
        "boolean": isinstance(value, bool),
    }.get(argument.type, isinstance(value, str) and "\0" not in value)
    if not fits or (argument.options and value not in argument.options):
        raise ValueError(argument.name)
    return value


def _argument(value: object, path: str) -> Argument:
    found = _object(value, path, ("name", "type", "title", "required", "options"))
    name = _text(found.get("name"), f"{path}.name", MAX_NAME)
    if not name.isidentifier():
        raise ValueError(f"{path}.name")
    kind, title, required = found.get("type", "text"), found.get("title", ""), found.get("required", False)
    if kind not in ARGUMENT_TYPES:
        raise ValueError(f"{path}.type")
    if not isinstance(title, str) or len(title) > MAX_TITLE:
        raise ValueError(f"{path}.title")
    if not isinstance(required, bool):
        raise ValueError(f"{path}.required")  # noqa: TRY004 (one error for whatever is wrong)
    options = found.get("options", [])
    if not isinstance(options, list) or len(options) > MAX_OPTIONS:
        raise ValueError(f"{path}.options")
    for at, each in enumerate(options):
        _text(each, f"{path}.options.{at}", MAX_TITLE)
    return Argument(name, kind, title, required, tuple(options))


def _object(value: object, path: str, names: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(path)  # noqa: TRY004 (one error for whatever is wrong)
    for name in value:
        if name not in names:
            raise ValueError(f"{path}.{str(name)[:100]}".lstrip("."))
    return value


def _text(value: object, path: str, most: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= most or not value.isprintable():
        raise ValueError(path)
    return value
