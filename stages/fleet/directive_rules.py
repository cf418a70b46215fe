"""The shape of a directive, and whether it fits its team: the checks that services call. Errors name the column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.keys.text import rfc3339
from kernel.errors import ValidationFailed
from kernel.names import check_name
from projects.fields import FILES, check_field_name, file_path
from stages.fleet.choices import Destination, DirectiveStatus, Layer, Mode
from stages.fleet.directive_values import TIMES, Values
from stages.fleet.models import Directive, Team
from stages.fleet.models.directives import MAX_PATH, MAX_PATTERN, MAX_PATTERNS, MAX_POSITION, MAX_TITLE
from stages.fleet.models.teams import MAX_HOURS
from stages.fleet.times import check_time
from stages.fleet.tree import Tree

_PATTERN: Final = re.compile(r"[A-Za-z0-9._~*?\[\]!-]+(/[A-Za-z0-9._~*?\[\]!-]+)*\Z")


def check_values(given: Mapping[str, Any]) -> Values:
    """The given values as JSON, each checked by itself. Raises `ValidationFailed`."""
    return {name: _CHECKS[name](value) for name, value in given.items()}


def check_together(values: Values) -> None:
    """Check what the values of a whole directive say together. Raises `ValidationFailed`."""
    is_file = values["destination"] == Destination.FILE
    if is_file and not values["path"]:
        raise ValidationFailed({"path": [_("Where is the file?")]})
    if not is_file and values["path"]:
        raise ValidationFailed({"path": [_("Only a file of its own has a path.")]})
    if values["layer"] != Layer.PROJECT and values["destination"] != Destination.CLAUDE:
        raise ValidationFailed({"layer": [_("This destination is in a repository: choose the layer project.")]})
    if values["starts_at"] and values["ends_at"] and values["ends_at"] <= values["starts_at"]:
        raise ValidationFailed({"ends_at": [_("It must end after it starts.")]})


def check_in_team(values: Values, team: Team, tree: Tree, *, directive_id: UUID) -> None:
    """Check that a directive fits its team and the teams above. Raises `ValidationFailed`."""
    if values["category"] and values["category"] not in team.categories:
        raise ValidationFailed({"category": [_("The team has no such category.")]})
    if values["replaces_id"]:
        _check_replaced(UUID(values["replaces_id"]), team, tree)
    if values["path"]:
        _check_path_is_free(values, team, tree, directive_id)


def check_not_over(values: Values) -> None:
    """Refuse what would never be in force. Raises `ValidationFailed`."""
    if values["ends_at"] and values["ends_at"] <= rfc3339(timezone.now()):
        raise ValidationFailed({"ends_at": [_("This time is over.")]})


def _check_replaced(replaced_id: UUID, team: Team, tree: Tree) -> None:
    replaced = Directive.objects.filter(pk=replaced_id).exclude(status=DirectiveStatus.WITHDRAWN).first()
    above = {each.id for each in tree.path(team.id)} - {team.id}
    if replaced is None or replaced.team_id not in above:
        raise ValidationFailed({"replaces_id": [_("No team above has such a directive.")]})
    if not replaced.overridable:
        raise ValidationFailed({"replaces_id": [_("This directive cannot be replaced.")]})


def _check_path_is_free(values: Values, team: Team, tree: Tree, directive_id: UUID) -> None:
    """Two whole files of one path would meet on every station that obeys both teams."""
    teams = {each.id for each in (*tree.path(team.id), *tree.below(team.id))}
    others = Directive.objects.filter(team__in=teams, destination=Destination.FILE, path__iexact=values["path"])
    others = others.exclude(status=DirectiveStatus.WITHDRAWN).exclude(pk=directive_id)
    if values["replaces_id"]:
        others = others.exclude(pk=values["replaces_id"])
    if others.exclude(replaces=directive_id).exists():
        raise ValidationFailed({"path": [_("Another directive writes this file.")]})


def _title(value: Any) -> str:
    return check_name(value, name="title", maximum=MAX_TITLE)


def _category(value: Any) -> str:
    return check_name(value, name="category", maximum=MAX_TITLE, required=False)


def _path(value: Any) -> str:
    path = file_path(check_field_name(f"{FILES}{value}", parameter="path")) if value else ""
    if len(path) > MAX_PATH:
        raise ValidationFailed({"path": [_("At most {most} characters.").format(most=MAX_PATH)]})
    return path


def _match(value: Any) -> list[str]:
    patterns = list(dict.fromkeys(value)) if isinstance(value, list | tuple) else None
    if patterns is None or len(patterns) > MAX_PATTERNS:
        raise ValidationFailed({"match": [_("Give at most {most} patterns.").format(most=MAX_PATTERNS)]})
    for pattern in patterns:
        if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN or not _PATTERN.match(pattern):
            raise ValidationFailed({"match": [_("A pattern looks like git.example.org/owner/*.")]})
    return patterns


def _number(name: str, minimum: int, maximum: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            words = _("Give a number from {least} to {most}.").format(least=minimum, most=maximum)
            raise ValidationFailed({name: [words]})
        return value

    return check


def _choice(name: str, choices: type[models.TextChoices]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in choices.values:
            raise ValidationFailed({name: [_("Choose one of {choices}.").format(choices=", ".join(choices.values))]})
        return str(value)

    return check


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValidationFailed({"overridable": [_("Must be true or false.")]})
    return value


def _id(value: UUID | str | None) -> str | None:
    return str(value) if value else None


def _time(name: str) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        return rfc3339(check_time(value, name=name)) if value is not None else None

    return check


_CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "release_id": _id,
    "replaces_id": _id,
    "field": check_field_name,
    "title": _title,
    "category": _category,
    "position": _number("position", 0, MAX_POSITION),
    "layer": _choice("layer", Layer),
    "destination": _choice("destination", Destination),
    "path": _path,
    "match": _match,
    "mode": _choice("mode", Mode),
    "timeout_hours": _number("timeout_hours", 1, MAX_HOURS),
    "overridable": _flag,
    **{name: _time(name) for name in TIMES},
}
