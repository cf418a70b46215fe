"""What a site knows when it examines bundles: heads, sites, keys, what waits, which ids were used, the time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from kernel.statements import ids_text, run_together
from stages.registers.fold.bundles import Head, SignedBundle
from stages.replication.admission.sites import KnownSite, known_sites
from stages.replication.environment import SKEW

_KEYS: Final = """
SELECT encode(certified.site_key, 'hex'), encode(certified.public_key, 'hex'), revoked.last_number
FROM registers_actorkey AS certified
LEFT JOIN registers_keyrevocation AS revoked ON revoked.project_id = %s
    AND revoked.site_key = certified.site_key AND revoked.public_key = certified.public_key
WHERE certified.site_key = ANY(%s) AND certified.public_key = ANY(%s)
"""
_USED: Final = """
SELECT encode(bundle.site_key, 'hex'), operation.op_id FROM registers_operation AS operation
JOIN registers_bundle AS bundle ON bundle.arrival = operation.bundle_id
WHERE operation.project_id = %s AND operation.op_id = ANY(%s::uuid[])
"""
# Also what was discarded or entered again waits for good: what follows it has no place in the chain.
_WAITING: Final = """
SELECT encode(site_key, 'hex'), number FROM replication_heldbundle
WHERE project_id = %s AND site_key = ANY(%s) AND number IS NOT NULL
    AND decision NOT IN ('accepted', 'released') AND reason NOT IN ('fork', 'bad_signature', 'malformed')
"""


@dataclass
class Knowledge:
    """What is asked of the database for one batch, once.

    `released` are the hashes that an owner lets in, `led_to_cut` those of bundles that lead to one which counts.
    """

    project_id: UUID
    heads: Mapping[str, Head]
    now: datetime
    released: Collection[str] = ()
    led_to_cut: Collection[str] = ()
    _sites: dict[str, KnownSite] = field(default_factory=dict)
    # Of each site and key that it has certified, the number of the last bundle that counts, if it was revoked.
    _certified: dict[tuple[str, str], int | None] = field(default_factory=dict)
    _waiting: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _used: set[tuple[str, str]] = field(default_factory=set)

    @property
    def latest_ms(self) -> int:
        """Beyond this, the time of a bundle has not come."""
        skew: int = getattr(settings, SKEW)
        return int(self.now.timestamp() * 1000) + skew * 1000

    def read_for(self, bundles: Sequence[SignedBundle]) -> None:
        """Read together what these bundles will be compared with."""
        if not bundles:
            return
        sites = {bytes.fromhex(each.header.site_key) for each in bundles}
        operations = [operation for each in bundles for operation in each.operations]
        actors = {bytes.fromhex(each.actor_id) for each in operations}
        found = run_together(
            [
                (_KEYS, [self.project_id, list(sites), list(actors)]),
                (_USED, [self.project_id, ids_text(each.op_id for each in operations)]),
                (_WAITING, [self.project_id, list(sites)]),
            ]
        )
        self._sites = known_sites(self.project_id)
        self._certified |= {(site, actor): last for site, actor, last in found[0]}
        self._used |= {(site, str(op_id)) for site, op_id in found[1]}
        for site, number in found[2]:
            self._waiting[site].add(number)

    def site(self, key: str) -> KnownSite | None:
        """What a site may do; None for one that nobody has admitted."""
        return self._sites.get(key)

    def is_certified(self, site: str, actor: str) -> bool:
        """Whether a site has certified a key."""
        return (site, actor) in self._certified

    def last_number(self, site: str, actor: str) -> int | None:
        """The number of the last bundle that counts of a key that its site has revoked; None for all others."""
        return self._certified.get((site, actor))

    def is_waiting(self, site: str, number: int) -> bool:
        """Whether a bundle of this number waits outside the chain of its site."""
        return number in self._waiting[site]

    def has_used_before(self, site: str, signed: SignedBundle) -> bool:
        """Whether a site has used the id of one of these operations before."""
        return any((site, each.op_id) in self._used for each in signed.operations)

    def note_operations(self, site: str, signed: SignedBundle) -> None:
        """These ids are used now."""
        self._used |= {(site, each.op_id) for each in signed.operations}
