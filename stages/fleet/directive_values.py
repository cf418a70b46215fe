"""The values of a directive as requests and events hold them: JSON, by column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from audit.keys.text import rfc3339
from audit.rebuilding.facts import identity, moment
from stages.fleet.models import Directive

IDS: Final = ("release_id", "replaces_id")
TIMES: Final = ("starts_at", "ends_at")
PLAIN: Final = (
    *("field", "title", "category", "position", "layer", "destination", "path", "match"),
    *("mode", "timeout_hours", "overridable"),
)
COLUMNS: Final = (*IDS, *PLAIN, *TIMES)

Values = dict[str, Any]


def values_of(directive: Directive) -> Values:
    """What can change of a directive by a request."""
    return {name: as_json(name, getattr(directive, name)) for name in COLUMNS}


def as_json(name: str, value: Any) -> Any:
    """The value of a column as JSON."""
    if value is None:
        return None
    if name in IDS:
        return str(value)
    return rfc3339(value) if name in TIMES else value


def as_columns(values: Mapping[str, Any]) -> Values:
    """JSON values as the columns hold them."""
    converted = {**dict.fromkeys(IDS, identity), **dict.fromkeys(TIMES, moment)}
    return {name: converted[name](value) if name in converted else value for name, value in values.items()}


def assign(directive: Directive, values: Mapping[str, Any]) -> None:
    """Set columns of a directive to JSON values, and note a release that it has not carried yet."""
    for name, value in as_columns(values).items():
        setattr(directive, name, value)
    if directive.release_id not in directive.carried:
        directive.carried = [*directive.carried, directive.release_id]
