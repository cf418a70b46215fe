"""The form of a directive: what it offers, and its answers as the services take them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from projects import field_names
from projects.models import Project
from publishing.models import Release, ReleaseState
from stages.fleet.choices import Destination, DirectiveStatus, Layer, Mode
from stages.fleet.models import Directive, Grant, Team
from stages.fleet.models.directives import MAX_TITLE
from stages.fleet.pages.frame import FleetReader
from stages.fleet.pages.inputs import chosen_id, moment, whole_number
from stages.fleet.permissions import MANAGE_RULES

# Releases that are offered, the newest first.
MAX_RELEASES: Final = 200
_TEXTS: Final = ("title", "category", "layer", "destination", "path", "mode")
FIELDS: Final = (
    "release_field",
    "position",
    "timeout_hours",
    "match",
    "overridable",
    "replaces_id",
    "starts_at",
    "ends_at",
)
NAMES: Final = (*_TEXTS, *FIELDS, "team", "reason")


def form_context(
    reader: FleetReader, team: Team, values: Mapping[str, Any], directive: Directive | None
) -> dict[str, Any]:
    """What the form chooses from."""
    return {
        "team": team,
        "teams": reader.seen.where(MANAGE_RULES),
        "releases": _releases(reader, team, directive),
        "values": values,
        "categories": team.categories,
        "modes": Mode.choices,
        "layers": Layer.choices,
        "destinations": Destination.choices,
        "replaceable": _replaceable(reader, team),
        "max_title": MAX_TITLE,
        "quorum": team.quorum,
    }


def first_values(team: Team) -> dict[str, Any]:
    """The values of an empty form."""
    return {
        "destination": Destination.CLAUDE,
        "layer": Layer.PROJECT,
        "mode": Mode.BLOCK,
        "position": 0,
        "timeout_hours": team.timeout_hours,
    }


def values_of_directive(directive: Directive, zone: tzinfo) -> dict[str, Any]:
    """A directive as the form shows it."""
    return {
        **{name: getattr(directive, name) for name in (*_TEXTS, "position", "timeout_hours", "overridable")},
        "release_field": f"{directive.release_id}:{directive.field}",
        "match": "\n".join(directive.match),
        "replaces_id": str(directive.replaces_id or ""),
        "starts_at": _local(directive.starts_at, zone),
        "ends_at": _local(directive.ends_at, zone),
    }


def typed(post: QueryDict) -> dict[str, Any]:
    """What was typed, for the form to show again."""
    return {name: post.get(name, "") for name in NAMES}


def parsed(post: QueryDict, zone: tzinfo) -> dict[str, Any]:
    """The answers as the services take them. Raises `ValidationFailed` by parameter."""
    release_id, colon, field = post.get("release_field", "").partition(":")
    if not colon:
        raise ValidationFailed({"release_field": [_("Choose a field of a release.")]})
    return {
        **{name: post.get(name, "") for name in _TEXTS},
        "path": post.get("path", "") if post.get("destination") == Destination.FILE else "",
        "release_id": chosen_id(release_id, "release_field"),
        "field": field,
        "position": whole_number(post.get("position", ""), "position"),
        "timeout_hours": whole_number(post.get("timeout_hours", ""), "timeout_hours"),
        "match": [line.strip() for line in post.get("match", "").splitlines() if line.strip()],
        "overridable": bool(post.get("overridable")),
        "replaces_id": chosen_id(post.get("replaces_id", ""), "replaces_id") if post.get("replaces_id") else None,
        "starts_at": moment(post.get("starts_at", ""), "starts_at", zone),
        "ends_at": moment(post.get("ends_at", ""), "ends_at", zone),
    }


def _releases(
    reader: FleetReader, team: Team, directive: Directive | None
) -> list[tuple[Release, list[tuple[str, str]]]]:
    """The released releases of the projects that may send theirs here, each with its fields."""
    above = [each.id for each in reader.seen.path(team.id)]
    granted = Grant.objects.filter(team__in=above).values("project_id")
    found = Release.objects.filter(state=ReleaseState.RELEASED, project__in=granted)
    found = found.filter(project__in=Project.objects.visible_to(reader.request.user))
    if directive is not None:
        found = found.filter(project=directive.project_id)
    found = found.select_related("project", "draft").order_by("project__name", "-submitted_at")[:MAX_RELEASES]
    return [
        (
            each,
            [(f"{each.id}:{name}", field_names.label(name)) for name in field_names.in_order(set(each.draft.fields))],
        )
        for each in found
    ]


def _replaceable(reader: FleetReader, team: Team) -> list[Directive]:
    above = [each.id for each in reader.seen.path(team.id)[:-1]]
    found = Directive.objects.filter(team__in=above, overridable=True).exclude(status=DirectiveStatus.WITHDRAWN)
    return list(found.select_related("team").order_by("title"))


def _local(moment: datetime | None, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if moment else ""
