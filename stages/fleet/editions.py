"""What an edition says: the directives of a team, in the order in which stations write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import F, Func, IntegerField, OrderBy
from django.db.models.functions import Collate
from django.utils.translation import gettext as _

from audit.keys.text import rfc3339
from blobs.models import Blob
from kernel.errors import Conflict
from stages.fleet.choices import DirectiveStatus
from stages.fleet.directive_values import PLAIN, TIMES, as_json
from stages.fleet.models import Directive, Team

EDITION: Final = "edition"
MAX_DIRECTIVES: Final = 500
MAX_TEXT: Final = 1024 * 1024
_PLACE_OF_CATEGORY: Final = Func(
    F("team__categories"), F("category"), function="array_position", output_field=IntegerField()
)
# The order of `in_order`, for the directives of one team in the database.
IN_ORDER: Final = (OrderBy(_PLACE_OF_CATEGORY, nulls_last=True), "position", Collate("title", "C"), "id")


def in_order(directives: Sequence[Directive], categories: Sequence[str]) -> list[Directive]:
    """By category as the team orders them, then those without one; by position, then by title."""
    places = {category: place for place, category in enumerate(categories)}
    return sorted(
        directives, key=lambda each: (places.get(each.category, len(places)), each.position, each.title, each.id)
    )


def listed_directives(team: Team) -> list[Directive]:
    """The directives that an edition of a team lists now, in their order. Raises `Conflict` for too many.

    Paused ones are among them, with their status: stations keep what they have of these.
    """
    listed = Directive.objects.filter(team=team).exclude(status=DirectiveStatus.WITHDRAWN)
    found = list(listed.select_related("project", "release__draft")[: MAX_DIRECTIVES + 1])
    if len(found) > MAX_DIRECTIVES:
        raise Conflict(_("A team has at most {most} directives.").format(most=MAX_DIRECTIVES))
    return in_order(found, team.categories)


def entries(directives: Sequence[Directive]) -> list[dict[str, Any]]:
    """What an edition says of directives."""
    hashes = {each.id: each.release.draft.sha256_of(each.field) for each in directives}
    sizes = dict(Blob.objects.filter(pk__in=set(hashes.values())).values_list("sha256", "size"))
    return [_entry(each, hashes[each.id], sizes) for each in directives]


def _entry(directive: Directive, sha256: str | None, sizes: dict[str, int]) -> dict[str, Any]:
    assert sha256 is not None
    release, project = directive.release, directive.project
    return {
        "id": str(directive.id),
        **{name: getattr(directive, name) for name in PLAIN},
        **{name: as_json(name, getattr(directive, name)) for name in TIMES},
        "replaces": as_json("replaces_id", directive.replaces_id),
        "status": directive.status,
        "project": {"id": str(project.id), "name": project.name},
        "release": {
            "id": str(release.id),
            "name": release.name,
            "version": release.draft.version_number,
            "content_hash": release.draft.content_hash,
        },
        "text": {"sha256": sha256, "size": sizes[sha256]},
    }


def edition_members(team: Team, *, number: int, at: Any) -> dict[str, Any]:
    """The members of a team's next edition, besides those that every sealed statement has."""
    return {
        "team": {"id": str(team.id), "name": team.name, "parent": str(team.parent_id) if team.parent_id else None},
        "number": number,
        "at": rfc3339(at),
        "categories": team.categories,
        "directives": entries(listed_directives(team)),
    }
