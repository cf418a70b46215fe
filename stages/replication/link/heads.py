"""What a link reads of the log: its own clock and what is held, forks, and what another site lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import msgspec

from kernel.statements import run
from stages.registers.fold.wire import WireBundle
from stages.replication.ingest.reading import bundles_after
from stages.replication.link.messages import Fork, Hex32, Hlc, Number
from stages.replication.models import Peer

# Of each site [hlc, number, hash] of its newest bundle, and the same of what is held.
Clock = Mapping[str, Sequence[Any]]

# What is said of a chain of which nothing is to be sent: no bundle has this number.
_BEYOND: Final = ("", 2**31 - 1, "")

_HELD: Final = """
SELECT DISTINCT ON (site_key) encode(site_key, 'hex'), number, encode(hash, 'hex') FROM replication_heldbundle
WHERE project_id = %s AND number IS NOT NULL AND decision IN ('', 'discarded', 're_entered')
AND reason NOT IN ('fork', 'malformed', 'bad_signature') ORDER BY site_key, number DESC
"""
_FORKS: Final = """
SELECT encode(ours.site_key, 'hex'), ours.number, encode(ours.hash, 'hex')
FROM unnest(%s::bytea[], %s::int[], %s::bytea[]) AS theirs (site_key, number, hash)
JOIN registers_bundle AS ours ON ours.project_id = %s
    AND ours.site_key = theirs.site_key AND ours.number = theirs.number AND ours.hash <> theirs.hash
"""
_HELD_FORKS: Final = """
SELECT encode(ours.site_key, 'hex'), min(ours.number) FROM replication_heldbundle AS theirs
JOIN registers_bundle AS ours ON ours.project_id = theirs.project_id
    AND ours.site_key = theirs.site_key AND ours.number = theirs.number
WHERE theirs.project_id = %s AND theirs.sender = %s AND theirs.reason = 'fork' GROUP BY ours.site_key
"""
_OURS: Final = """
SELECT encode(ours.site_key, 'hex') FROM unnest(%s::bytea[], %s::int[], %s::bytea[]) AS theirs (site_key, number, hash)
JOIN registers_bundle AS ours ON ours.project_id = %s
    AND ours.site_key = theirs.site_key AND ours.number = theirs.number AND ours.hash = theirs.hash
"""
_HASH: Final = (
    "SELECT encode(hash, 'hex') FROM registers_bundle WHERE project_id = %s AND site_key = %s AND number = %s"
)


class _Header(msgspec.Struct):
    site_key: Hex32
    number: Number


class _Operation(msgspec.Struct):
    actor_id: Hex32
    hlc: Hlc


_headers = msgspec.json.Decoder(_Header)
_operations = msgspec.json.Decoder(_Operation)


def joined(first: Clock, second: Clock) -> dict[str, Sequence[Any]]:
    """Of each site the newer bundle of two clocks."""
    found = dict(first)
    for site, entry in second.items():
        if site not in found or entry[1] > found[site][1]:
            found[site] = entry
    return found


def newest_of(bundles: Iterable[WireBundle]) -> dict[str, Sequence[Any]]:
    """Of each site the newest of these bundles, as in a clock; one that cannot be read is left out."""
    found: dict[str, Sequence[Any]] = {}
    for each in bundles:
        with suppress(msgspec.DecodeError, IndexError, RecursionError):
            header, last = _headers.decode(each.header), _operations.decode(each.operations[-1][0])
            found = joined(found, {header.site_key: (last.hlc, header.number, each.hash)})
    return found


def actors_of(bundle: WireBundle) -> set[str]:
    """The keys under which a bundle is signed."""
    return {_operations.decode(text).actor_id for text, _signature in bundle.operations}


def clock_of_peer(peer_id: UUID) -> Clock:
    """What a site is known to have."""
    clock: Clock = Peer.objects.values_list("clock", flat=True).get(pk=peer_id)
    return clock


def held_of(project_id: UUID) -> dict[str, list[Any]]:
    """The furthest bundle of each site that waits here or was put aside: nobody has to send it again."""
    return {site: [number, digest] for site, number, digest in run((_HELD, [project_id]))}


def forks_of(project_id: UUID, clock: Clock) -> list[Fork]:
    """Our bundles under the numbers of a clock that names others there."""
    sites = list(clock)
    numbers = [clock[site][1] for site in sites]
    hashes = [bytes.fromhex(clock[site][2]) for site in sites]
    rows = run((_FORKS, [[bytes.fromhex(site) for site in sites], numbers, hashes, project_id]))
    return [Fork(site=site, number=number, hash=digest) for site, number, digest in rows]


def forks_with(project_id: UUID, peer_key: str, clock: Clock) -> list[tuple[str, int]]:
    """The chains of which another site says, or has shown, to have other bundles than we, each from which number on."""
    shown = dict[str, int](run((_HELD_FORKS, [project_id, bytes.fromhex(peer_key)])))
    return list({**{each.site: each.number for each in forks_of(project_id, clock)}, **shown}.items())


def known_of(project_id: UUID, held: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """What another site holds, as a clock, as far as these bundles are ours.

    Who is said to have written a held bundle was not proved: a forged one must not keep the true ones from being sent.
    """
    columns = [list(each) for each in zip(*((site, *entry) for site, entry in held.items()), strict=True)]
    if not columns:
        return {}
    sites, numbers, hashes = columns
    values = [list(map(bytes.fromhex, sites)), numbers, list(map(bytes.fromhex, hashes)), project_id]
    return {site: ("", *held[site]) for (site,) in run((_OURS, values))}


def forked_bundles(project_id: UUID, site: str, number: int, sites: Sequence[str]) -> list[WireBundle]:
    """Our bundles of a chain from the number on under which there are two; `sites` are all whose bundles are here."""
    before = run((_HASH, [project_id, bytes.fromhex(site), number - 1]))
    clock: dict[str, Sequence[Any]] = dict.fromkeys(sites, _BEYOND)
    clock[site] = ("", number - 1, before[0][0] if before else "")
    return bundles_after(project_id, clock)[0]
