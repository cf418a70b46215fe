"""What sites say to each other of their logs: clocks, state hashes, bundles that another one lacks, digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.statements import run
from kernel.transactions import one_moment
from stages.registers.fold.bundles import Head
from stages.registers.fold.digests import mapping_digest
from stages.registers.fold.hlc import ZERO
from stages.registers.fold.ids import pair_id
from stages.registers.fold.wire import WireBundle
from stages.registers.storing.storage import PostgresStorage

# Of each site its newest bundle: `[hlc, number, hash]`.
SiteClock = dict[str, list[str | int]]

MAX_OPERATIONS: Final = 500
MAX_BYTES: Final = 1024 * 1024

# Of a site of whose chain the other one has another bundle than ours, nothing is sent: it has forked.
_LACKING: Final = """
WITH RECURSIVE theirs AS (
    SELECT * FROM unnest(%s::bytea[], %s::bigint[], %s::bytea[]) AS one (site_key, number, hash)
), sites AS (
    (SELECT site_key FROM registers_bundle WHERE project_id = %s ORDER BY site_key LIMIT 1)
    UNION ALL
    SELECT (SELECT bundle.site_key FROM registers_bundle AS bundle
        WHERE bundle.project_id = %s AND bundle.site_key > sites.site_key ORDER BY bundle.site_key LIMIT 1)
    FROM sites WHERE sites.site_key IS NOT NULL
), lacking AS (
    SELECT bundle.arrival, bundle.header, bundle.count FROM sites LEFT JOIN theirs USING (site_key), LATERAL (
        SELECT arrival, header, count FROM registers_bundle
        WHERE project_id = %s AND site_key = sites.site_key AND number > coalesce(theirs.number, 0)
    ) AS bundle
    WHERE NOT EXISTS (SELECT FROM registers_bundle AS ours WHERE ours.project_id = %s
        AND ours.site_key = theirs.site_key AND ours.number = theirs.number AND ours.hash <> theirs.hash)
), sized AS (
    SELECT first.*, texts.size FROM (SELECT * FROM lacking ORDER BY arrival LIMIT %s) AS first, LATERAL (
        SELECT sum(octet_length(text) + 64) AS size FROM registers_operation WHERE bundle_id = first.arrival
    ) AS texts
), summed AS (
    SELECT arrival, header, sum(count) OVER line AS operations, sum(octet_length(header) + size) OVER line AS bytes,
        row_number() OVER line AS place
    FROM sized WINDOW line AS (ORDER BY arrival)
)
SELECT summed.header, texts.listed, texts.signatures, (SELECT count(*) FROM lacking) FROM summed, LATERAL (
    SELECT array_agg(text ORDER BY position) AS listed, array_agg(signature ORDER BY position) AS signatures
    FROM registers_operation WHERE bundle_id = summed.arrival
) AS texts
WHERE place = 1 OR (operations <= %s AND bytes <= %s) ORDER BY summed.arrival
"""
# The digests of records, then those of edges, each behind its id: what the state hash is made of.
_SHOWN: Final = """
SELECT (SELECT string_agg(uuid_send(id) || digest, ''::bytea ORDER BY id)
    FROM registers_record WHERE project_id = %s),
    (SELECT string_agg(uuid_send(id) || digest, ''::bytea ORDER BY id) FROM registers_edge WHERE project_id = %s)
"""
_BLOCKS: Final = """
SELECT right(id::text, 2), encode(sha256(string_agg(uuid_send(id) || digest, ''::bytea ORDER BY id)), 'hex')
FROM (
    SELECT id, digest FROM registers_record WHERE project_id = %s
    UNION ALL SELECT id, digest FROM registers_edge WHERE project_id = %s
) AS shown GROUP BY 1
"""
_OF_BLOCK: Final = """
SELECT id, encode(digest, 'hex') FROM (
    SELECT id, digest FROM registers_record WHERE project_id = %s
    UNION ALL SELECT id, digest FROM registers_edge WHERE project_id = %s
) AS shown WHERE right(id::text, 2) = %s
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a site says of a project as of one moment."""

    clock: SiteClock
    state_hash: str


def clock_of(project_id: UUID) -> SiteClock:
    """The newest bundle of each site."""
    return clock_of_heads(PostgresStorage(project_id).heads)


def clock_of_heads(heads: Mapping[str, Head]) -> SiteClock:
    return {site: [head.hlc, head.number, head.hash or ""] for site, head in heads.items()}


def moment_of(project_id: UUID) -> Moment:
    """The clock, and the state hash that belongs to it."""
    with one_moment():
        return Moment(clock_of(project_id), state_hash_of(project_id))


def state_hash_of(project_id: UUID) -> str:
    """The state hash by what is stored of each record, edge and mapping."""
    with one_moment():
        (shown,) = run((_SHOWN, [project_id, project_id]))
        mappings = PostgresStorage(project_id).mappings.items()
    digest = hashlib.sha256()
    for each in shown:
        digest.update(each or b"")
    for identity, facts in sorted((pair_id(pair), facts) for pair, facts in mappings):
        digest.update(UUID(identity).bytes + mapping_digest(facts))
    return digest.hexdigest()


def bundles_after(
    project_id: UUID,
    clock: Mapping[str, Sequence[str | int]],
    limit_ops: int = MAX_OPERATIONS,
    limit_bytes: int = MAX_BYTES,
) -> tuple[list[WireBundle], int]:
    """The bundles that a site with this clock lacks, as they were signed, in the order in which they came here.

    As many as the limits let through, at least one, and how many are left after them.
    """
    sites, numbers, hashes = [], [], []
    for site, (_hlc, number, digest) in clock.items():
        sites.append(bytes.fromhex(site))
        numbers.append(int(number))
        hashes.append(bytes.fromhex(str(digest)))
    values = [sites, numbers, hashes, *[project_id] * 4, max(limit_ops, 1), limit_ops, limit_bytes]
    rows = run((_LACKING, values))
    found = [
        WireBundle(header, tuple((text, bytes(each)) for text, each in zip(texts, signatures, strict=True)))
        for header, texts, signatures, _count in rows
    ]
    return found, (rows[0][3] - len(rows) if rows else 0)


def last_hlc(clock: SiteClock) -> str:
    """The latest time in a clock."""
    return max((str(hlc) for hlc, _number, _hash in clock.values()), default=ZERO)


def blocks_of(project_id: UUID) -> dict[str, str]:
    """One hash for each block of records and edges: those whose ids end with the same byte."""
    return dict(run((_BLOCKS, [project_id, project_id])))


def mappings_of(project_id: UUID) -> dict[str, str]:
    """The digests of all mappings, by the ids under which they are hashed; there are few."""
    mappings = PostgresStorage(project_id).mappings.items()
    return {pair_id(pair): mapping_digest(facts).hex() for pair, facts in mappings}


def digests_in(project_id: UUID, block: str) -> dict[str, str]:
    """The digests of the records and edges of a block, by their ids."""
    rows = run((_OF_BLOCK, [project_id, project_id, block]))
    return {str(each): digest for each, digest in rows}
