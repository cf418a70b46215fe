"""A bundle inside the write of somebody else: an accepted proposal is one bundle of whoever accepts it."""

from __future__ import annotations

from collections.abc import Collection

from accounts.callers import foundry_caller
from audit.keys.sealing import ensure_site_key
from kernel.statements import run
from projects.writing import ProjectWrite
from stages.registers.keys import MissingKey, enrol, own_site_key, read_signer, signer_query
from stages.registers.services.composing import Composing, Wanted
from stages.registers.services.writing import RegisterWrite
from stages.registers.services.written import Written
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage


def write_bundle_within(
    write: ProjectWrite, payloads: Wanted, *, reason: str | None = None, system: Collection[str] = frozenset()
) -> Written:
    """As `write_bundle`, in a project's write that is under way and has authorised what it is for."""
    caller, project_id, site_key = write.caller, write.project.id, own_site_key()
    rows = run(signer_query(caller.user.id, site_key))
    enrolment = None
    try:
        signer = read_signer(rows, site_key)
    except MissingKey:
        ensure_site_key(caller=foundry_caller())
        signer, enrolment = enrol(caller.user, site_key, rows[0][0])
    composing = Composing(caller, project_id, StoredIncrement(PostgresStorage(project_id)), signer)
    wanted = composing.with_hooks(composing.wanted(payloads))
    if not wanted:
        return Written()
    composing.check(wanted, system)
    return RegisterWrite(write, composing, enrolment).append(wanted, undoes=None, reason=reason)
