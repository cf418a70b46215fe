"""A bundle inside the write of somebody else: an accepted proposal is one bundle of whoever accepts it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from accounts.callers import foundry_caller
from audit.keys.sealing import ensure_site_key
from kernel.statements import run
from projects.writing import ProjectWrite
from stages.registers.keys import own_site_key, signer_query
from stages.registers.services.composing import Wanted
from stages.registers.services.writing import begin
from stages.registers.services.written import Written


def write_bundle_within(
    write: ProjectWrite,
    payloads: Wanted,
    *,
    reason: str | None = None,
    system: Collection[str] = frozenset(),
    proposal: UUID | None = None,
) -> Written:
    """As `write_bundle`, in a project's write that is under way and has authorised what it is for.

    `proposal` is the one that is accepted.

    Raises `Unavailable` where the server signs with a key that is not the site's.
    """
    # Only looked up: the first table's bundle has put it on record.
    ensure_site_key(caller=foundry_caller())
    site_key = own_site_key()
    rows = run(signer_query(write.caller.user.id, site_key))
    registers = begin(write, rows, site_key, may_enrol=True, proposal=proposal)
    return registers.complete(payloads, reason=reason, system=system)
