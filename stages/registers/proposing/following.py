"""What else an acceptance would change: what write hooks, such as rules, add to the changes of a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import foundry_caller
from kernel.errors import DomainError
from kernel.transactions import one_moment
from proposals.kinds import FollowUp
from stages.registers import hooks
from stages.registers.fold.acts import Acts
from stages.registers.fold.bundles import Sourced
from stages.registers.overlays.views import composing_of
from stages.registers.proposing.carrying_out import payloads_of
from stages.registers.proposing.changes import target_of
from stages.registers.proposing.contents import Content, contents_now
from stages.registers.proposing.targets import RecordTarget, staged_changes
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage


def follows(project_id: UUID, changes: Mapping[str, Content]) -> list[FollowUp]:
    """The targets that hooks would change, each with what does it. Nothing where the bundle would be refused."""
    if not hooks.HOOKS:
        return []
    with one_moment():
        increment = StoredIncrement(PostgresStorage(project_id))
        composing = composing_of(foundry_caller(), project_id, increment)
        wanted = {target_of(name): content["value"] if content else None for name, content in changes.items()}
        try:
            payloads: list[Sourced] = [(each, None) for each in payloads_of(Acts(increment), wanted)]
            found = composing.with_hooks(payloads) if payloads else []
            added = found[len(payloads) :]
            after = composing.tried(found).increment if added else increment
        except DomainError:
            # The acceptance says why.
            return []
        sources = _sources(added)
        before_of, after_of = (contents_now(at, sources) for at in (increment, after))
    listed = ((str(target), source) for target, source in sources.items())
    return [
        FollowUp(name, before_of[name], after_of[name], source)
        for name, source in listed
        if before_of[name] != after_of[name]
    ]


def _sources(added: list[Sourced]) -> dict[RecordTarget, str]:
    """The targets of payloads that hooks add, with the words for what adds them."""
    found: dict[RecordTarget, str] = {}
    for payload, source in added:
        for change in staged_changes([payload], lambda field: ""):
            found.setdefault(change.target, ", ".join((source or {}).values()) or _("Foundry"))
    return found
