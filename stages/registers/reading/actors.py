"""Whose key it was, and which site: the people and places of operations."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import User
from stages.registers.models import ActorKey, Bundle
from stages.registers.site_names import known_names

_SHORT_KEY = 8


@dataclass(frozen=True, slots=True)
class Actor:
    """Who signed with a key; `user` is their account here, None for somebody of another site."""

    key: str
    name: str
    user: User | None = None


class Actors:
    """The people behind keys, and the names of sites, each looked up once."""

    def __init__(self, project_id: UUID) -> None:
        self._project_id = project_id
        self._known: dict[str, Actor] = {}

    def prefetch(self, keys: Iterable[str]) -> None:
        """Read these together."""
        wanted = [bytes.fromhex(key) for key in dict.fromkeys(keys) if key not in self._known]
        wrote = Bundle.objects.filter(
            project_id=self._project_id, site_key=OuterRef("site_key"), actor_key=OuterRef("public_key")
        )
        rows = ActorKey.objects.filter(public_key__in=wanted).select_related("user")
        for row in rows.order_by(Exists(wrote).desc(), "created_at"):
            key = bytes(row.public_key).hex()
            claims = _claims(row.certificate)
            name = row.user.display_name if row.user else claims.get("display_name", "")
            # Any site can certify a key that it has seen: whose it is knows the site in whose chain it writes, before
            # whoever was there first, and an account here always.
            if key not in self._known or row.user:
                self._known[key] = Actor(key, name or _nameless(key), row.user)

    def get(self, key: str) -> Actor:
        """The person behind a key; one that nobody has sent a certificate of has no name."""
        if key not in self._known:
            self.prefetch([key])
        return self._known.setdefault(key, Actor(key, _nameless(key)))

    @cached_property
    def sites(self) -> list[str]:
        """The sites that have written in this project."""
        found = Bundle.objects.filter(project_id=self._project_id).order_by("site_key").distinct("site_key")
        return [bytes(site).hex() for site in found.values_list("site_key", flat=True)]

    @property
    def is_alone(self) -> bool:
        """Whether only one site has written, so that it need not be named."""
        return len(self.sites) < 2

    def site(self, key: str) -> str:
        """The name of a site, as whoever admitted it knows it, or as its certificates say it."""
        return self._site_names.get(key) or _nameless_site(key)

    @cached_property
    def _site_names(self) -> dict[str, str]:
        keys = [bytes.fromhex(key) for key in self.sites]
        found: dict[str, str] = {}
        for row in ActorKey.objects.filter(site_key__in=keys).order_by("created_at").only("site_key", "certificate"):
            if name := _claims(row.certificate).get("site_name"):
                found[bytes(row.site_key).hex()] = name
        return found | known_names(self._project_id)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where bundles came from: the name of the site that wrote them, and of those of its people who signed them."""

    site_name: str
    people: list[str]


def elsewhere(project_id: UUID, site: str, keys: Iterable[str]) -> Elsewhere:
    """The names behind bundles of one site, as it certifies its people itself; two queries."""
    rows = ActorKey.objects.filter(site_key=bytes.fromhex(site), public_key__in=[bytes.fromhex(key) for key in keys])
    claims = [_claims(row.certificate) for row in rows.order_by("created_at")]
    names = {each["display_name"]: None for each in claims if each.get("display_name")}
    certified = next((each["site_name"] for each in claims if each.get("site_name")), "")
    site_name = known_names(project_id).get(site) or certified or _nameless_site(site)
    return Elsewhere(site_name, list(names))


def _nameless_site(key: str) -> str:
    return _("Site {key}").format(key=key[:_SHORT_KEY])


def _nameless(key: str) -> str:
    return _("Key {key}").format(key=key[:_SHORT_KEY])


def _claims(certificate: str) -> dict[str, str]:
    """What a site says of somebody, as far as it is text."""
    try:
        found = json.loads(certificate)
    except ValueError:
        return {}
    claims = found if isinstance(found, dict) else {}
    return {name: value for name, value in claims.items() if isinstance(value, str)}
