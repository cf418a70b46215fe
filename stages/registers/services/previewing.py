"""What a write would do: hooks run, and nothing is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from accounts.callers import Caller
from kernel.statements import database_now
from kernel.transactions import one_moment
from projects.access import get_project
from stages.registers.fold.bundles import Sourced
from stages.registers.fold.increment import Increment
from stages.registers.fold.refreshing import Changes
from stages.registers.keys import ActorSigner, own_site_key
from stages.registers.permissions import WRITE
from stages.registers.services.composing import Composing, Wanted
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage

_UNSIGNED = bytes(64)


@dataclass(frozen=True, slots=True)
class Preview:
    """The payloads with those that hooks add, what they would change, and the state that would be shown then."""

    payloads: list[Sourced]
    changes: Changes
    increment: Increment


def preview(*, caller: Caller, project_id: UUID, payloads: Wanted, system: Collection[str] = frozenset()) -> Preview:
    """What `write_bundle` would write. Raises what that raises."""
    with one_moment():
        get_project(user=caller.user, project_id=project_id, action=WRITE)
        increment = StoredIncrement(PostgresStorage(project_id))
        site_key = own_site_key().hex()
        signer = ActorSigner("0" * 64, site_key, lambda _text: _UNSIGNED, database_now())
        composing = Composing(caller, project_id, increment, signer)
        wanted = composing.with_hooks(composing.wanted(payloads))
        if not wanted:
            return Preview([], Changes(), increment)
        composing.check(wanted, system)
        tried = composing.tried(wanted)
        return Preview(wanted, tried.changes, tried.increment)
