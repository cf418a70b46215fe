"""What a site knows when it examines bundles: heads, sites, keys, what waits, which ids were used, the time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from kernel.statements import ids_text, run_together
from stages.registers.fold.bundles import Head, SignedBundle
from stages.replication.choices import Rights
from stages.replication.environment import SKEW

_SITES: Final = """
SELECT encode(key, 'hex'), admitted_at IS NOT NULL, revoked_at IS NOT NULL, rights, cut_number
FROM replication_peer WHERE project_id = %s
"""
_KEYS: Final = """
SELECT encode(site_key, 'hex'), encode(public_key, 'hex') FROM registers_actorkey
WHERE site_key = ANY(%s) AND public_key = ANY(%s)
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


@dataclass(frozen=True, slots=True)
class Standing:
    """What a site may do here. `cut_number` is the number of the last bundle that counts of one that was revoked."""

    may_write: bool = True
    is_revoked: bool = False
    cut_number: int | None = None

    def is_cut(self, number: int) -> bool:
        return self.is_revoked and number > (self.cut_number or 0)


@dataclass
class Knowledge:
    """What is asked of the database for one batch, once. `released` are the hashes that an owner lets in."""

    project_id: UUID
    own_key: str
    heads: Mapping[str, Head]
    now: datetime
    released: Collection[str] = ()
    _standings: dict[str, Standing] = field(default_factory=dict)
    _certified: set[tuple[str, str]] = field(default_factory=set)
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
                (_SITES, [self.project_id]),
                (_KEYS, [list(sites), list(actors)]),
                (_USED, [self.project_id, ids_text(each.op_id for each in operations)]),
                (_WAITING, [self.project_id, list(sites)]),
            ]
        )
        self._take_sites(found[0])
        self._certified |= {(site, actor) for site, actor in found[1]}
        self._used |= {(site, str(op_id)) for site, op_id in found[2]}
        for site, number in found[3]:
            self._waiting[site].add(number)

    def _take_sites(self, rows: Iterable[tuple[str, bool, bool, str, int | None]]) -> None:
        self._standings[self.own_key] = Standing()
        for key, is_admitted, is_revoked, rights, cut in rows:
            if is_admitted:
                self._standings[key] = Standing(rights == Rights.WRITES, is_revoked, cut)

    def standing(self, site: str) -> Standing | None:
        """What a site may do; None for one that nobody has admitted."""
        return self._standings.get(site)

    def is_certified(self, site: str, actor: str) -> bool:
        """Whether a site has certified a key."""
        return (site, actor) in self._certified

    def last_number(self, site: str, actor: str) -> int | None:
        """The number of the last bundle that counts of a key that its site has revoked; None for all others."""
        return None

    def is_waiting(self, site: str, number: int) -> bool:
        """Whether a bundle of this number waits outside the chain of its site."""
        return number in self._waiting[site]

    def has_used_before(self, site: str, signed: SignedBundle) -> bool:
        """Whether a site has used the id of one of these operations before."""
        return any((site, each.op_id) in self._used for each in signed.operations)

    def note_operations(self, site: str, signed: SignedBundle) -> None:
        """These ids are used now."""
        self._used |= {(site, each.op_id) for each in signed.operations}
