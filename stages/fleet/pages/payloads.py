"""What a request asks for, line by line, beside what the directive has now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import field_names
from publishing.models import Release
from stages.fleet.choices import Destination, Layer, Mode
from stages.fleet.models import Directive

_LABELS: Final[Mapping[str, Promise]] = {
    "title": gettext_lazy("Title"),
    "release_id": gettext_lazy("Release"),
    "field": gettext_lazy("Field"),
    "destination": gettext_lazy("Written for"),
    "layer": gettext_lazy("Layer"),
    "path": gettext_lazy("File"),
    "match": gettext_lazy("Repositories"),
    "category": gettext_lazy("Category"),
    "position": gettext_lazy("Position"),
    "mode": gettext_lazy("If changed"),
    "timeout_hours": gettext_lazy("Allowed for"),
    "overridable": gettext_lazy("Teams below"),
    "replaces_id": gettext_lazy("Replaces"),
    "starts_at": gettext_lazy("From"),
    "ends_at": gettext_lazy("Until"),
    "until": gettext_lazy("Until"),
}
_CHOICES: Final[Mapping[str, type[models.TextChoices]]] = {"destination": Destination, "layer": Layer, "mode": Mode}
_TIMES: Final = frozenset({"starts_at", "ends_at", "until"})


@dataclass(frozen=True, slots=True)
class PayloadLine:
    """One value. `before` is what the directive has now, where that is another one; `at` is set for times."""

    label: str
    value: str
    before: str = ""
    at: datetime | None = None


def lines_of(payload: Mapping[str, Any]) -> list[PayloadLine]:
    """The values of a payload that people decide on; a change names only what it changes."""
    after = payload.get("after")
    if isinstance(after, Mapping):
        before = payload.get("before") or {}
        return [_line(name, after[name], before.get(name), is_change=True) for name in _LABELS if name in after]
    shown = {name: payload[name] for name in _LABELS if payload.get(name) not in (None, "", [], False)}
    if payload.get("mode") != Mode.TEMPORARY:
        shown.pop("timeout_hours", None)
    return [_line(name, value) for name, value in shown.items()]


def _line(name: str, value: Any, before: Any = None, *, is_change: bool = False) -> PayloadLine:
    at = parse_datetime(value) if name in _TIMES and isinstance(value, str) else None
    return PayloadLine(str(_LABELS[name]), _words(name, value), _words(name, before) if is_change else "", at)


def _words(name: str, value: Any) -> str:
    if value in (None, "", []):
        return _("none")
    if name in _CHOICES:
        return str(_CHOICES[name](value).label)
    if name in _WORDS:
        return _WORDS[name](value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _release(value: str) -> str:
    found = Release.objects.filter(pk=UUID(value)).select_related("project").first()
    return f"{found.name} · {found.project.name}" if found else value


def _replaced(value: str) -> str:
    return Directive.objects.filter(pk=UUID(value)).values_list("title", flat=True).first() or value


def _overridable(value: bool) -> str:
    return _("may replace it") if value else _("may not replace it")


def _hours(value: int) -> str:
    return _("{hours} hours").format(hours=value)


_WORDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "release_id": _release,
    "replaces_id": _replaced,
    "field": field_names.label,
    "overridable": _overridable,
    "timeout_hours": _hours,
}
