"""The people of a project at each of its sites: members here, and elsewhere whoever has written in its records."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from projects.models import Member
from stages.registers.models import ActorKey, Bundle


@dataclass(frozen=True, slots=True)
class SitePerson:
    """Somebody at a site. `id` is that of an account here, and elsewhere made of the key with which they sign."""

    id: str
    name: str


def people_here(project_id: UUID) -> list[SitePerson]:
    """The members of the project who can sign in; one query."""
    members = Member.objects.filter(project_id=project_id, user__is_active=True).select_related("user")
    return [SitePerson(str(each.user_id), each.user.display_name) for each in members.order_by("user__display_name")]


def people_elsewhere(project_id: UUID, sites: Iterable[str]) -> dict[str, list[SitePerson]]:
    """Whose bundles of these sites are here, by site, as its certificates name them; one query."""
    keys = [bytes.fromhex(site) for site in sites]
    written = Bundle.objects.filter(project_id=project_id, actor_key=OuterRef("public_key"))
    rows = ActorKey.objects.filter(Exists(written), site_key__in=keys, user=None).order_by("created_at")
    found: dict[str, dict[str, SitePerson]] = defaultdict(dict)
    for row in rows.only("public_key", "site_key", "certificate"):
        person = _certified(bytes(row.public_key).hex(), row.certificate)
        found[bytes(row.site_key).hex()][person.id] = person
    return {site: sorted(people.values(), key=lambda each: each.name) for site, people in found.items()}


def _certified(key: str, certificate: str) -> SitePerson:
    """Who it is by what their site says: a person may have had several keys."""
    try:
        claims = json.loads(certificate)
    except ValueError:
        claims = {}
    return SitePerson(str(claims.get("actor") or UUID(hex=key[:32])), str(claims.get("display_name") or key[:8]))
