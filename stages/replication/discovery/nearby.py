"""The sites that were found in the network, as every node of this site reads them: in Redis, for a few seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec
import redis
from django.conf import settings
from django_redis import get_redis_connection

from kernel.errors import ValidationFailed
from stages.replication.admission.addresses import check_address
from stages.replication.discovery.adverts import Advert
from stages.replication.environment import DISCOVERY

# Seconds for which a site counts as near after the node that looks has last seen it.
LASTING: Final = 20
# Anybody can advertise anything: more is not kept.
MAX_SITES: Final = 50
MAX_ADDRESSES: Final = 4


@dataclass(frozen=True, slots=True)
class Nearby:
    """A site that says, in this network, that it has a project. Nothing of it is proven."""

    key: str
    addresses: tuple[str, ...]


def nearby(project_id: UUID) -> list[Nearby]:
    """The sites found for a project, by their keys; none where discovery is off or Redis is away."""
    if not getattr(settings, DISCOVERY):
        return []
    try:
        text = get_redis_connection("default").get(_name(project_id))
    except redis.RedisError:
        return []
    return msgspec.json.decode(text, type=list[Nearby]) if text else []


def addresses_of(project_id: UUID, key: str) -> tuple[str, ...]:
    """Further addresses at which a site of a project may be dialled: the proof says whether it is there."""
    return next((each.addresses for each in nearby(project_id) if each.key == key), ())


def remember(project_id: UUID, adverts: Iterable[Advert]) -> list[Nearby]:
    """Keep what was found for a project, as far as it may be dialled at all. Raises `RedisError`."""
    found: dict[str, list[str]] = {}
    for advert in adverts:
        if advert.key not in found and len(found) == MAX_SITES:
            continue
        addresses = found.setdefault(advert.key, [])
        if advert.address not in addresses and len(addresses) < MAX_ADDRESSES and _may_dial(advert.address):
            addresses.append(advert.address)
    sites = [Nearby(key, tuple(found[key])) for key in sorted(found) if found[key]]
    get_redis_connection("default").set(_name(project_id), msgspec.json.encode(sites), ex=LASTING)
    return sites


def _may_dial(address: str) -> bool:
    try:
        check_address(address)
    except ValidationFailed:
        return False
    return True


def _name(project_id: UUID) -> str:
    return f"replication:nearby:{project_id}"
