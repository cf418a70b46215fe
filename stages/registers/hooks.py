"""Write hooks: what other apps add to a bundle of this site before it is written.

A hook is called with the state as it is with the bundle so far, and what that changed. The payloads it answers join the
bundle, and hooks are called again, until none of them answers any. A hook refuses a bundle by raising a `DomainError`.

    hooks.on_write("automation", apply_rules)
    hooks.on_write("lengths", set_lengths, tables=("requirements",))

For a hook that is called the state with the bundle applied is computed. One that is about few bundles says so by
`tables`, or by `concerns`, which looks at payloads and the state before them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.utils.translation import gettext

from kernel.errors import Conflict
from kernel.late import Late
from kernel.registry import Registry
from kernel.statements import ScalarQueries
from stages.registers.fold.bundles import Sourced
from stages.registers.fold.payloads import AttachFacet, CreateEntity, Payload
from stages.registers.fold.refreshing import Changes
from stages.registers.schema.reading import Schema

if TYPE_CHECKING:
    from stages.registers.fold.acts import Acts
    from stages.registers.fold.increment import Increment

# Late, because it loads the library of shared documents.
_acts: Final = Late("stages.registers.fold.acts:Acts")

MAX_ROUNDS: Final = 10
MAX_PAYLOADS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Write:
    """A bundle that is about to be written: who writes, what is in it so far, and the state with that applied.

    `before` is the state without it.
    What a hook puts into `afterwards` under a name is called within the transaction once the bundle is written, not
    for a preview.
    """

    caller: Any
    project_id: str
    payloads: Sequence[Sourced]
    increment: Increment
    schema: Schema
    changes: Changes
    afterwards: dict[str, Callable[[], object]] = field(default_factory=dict)
    before: Increment | None = None

    @property
    def acts(self) -> Acts:
        acts: Acts = _acts(self.increment)
        return acts


Hook = Callable[[Write, Changes], Iterable[Payload | Sourced]]
# Whether payloads concern a hook, on the state before them.
Concerns = Callable[["Increment", Sequence[Sourced]], bool]


@dataclass(frozen=True, slots=True)
class WriteHook:
    """A hook, and the tables that it is about, None for all; `looks` decides of the rest, `ahead` reads for it."""

    call: Hook
    tables: frozenset[str] | None = None
    looks: Concerns | None = None
    ahead: Callable[[UUID], ScalarQueries] | None = None

    def concerns(self, payloads: Sequence[Sourced], before: Increment | None = None) -> bool:
        """Whether payloads touch its tables. Those that name no table, such as deletions and links, touch all."""
        if self.looks is not None and before is not None and not self.looks(before, payloads):
            return False
        if self.tables is None:
            return True
        begun = {payload.entity_id for payload, _ in payloads if isinstance(payload, AttachFacet)}
        return any(self._concerns(payload, begun) for payload, _source in payloads)

    def _concerns(self, payload: Payload, begun: Collection[str]) -> bool:
        assert self.tables is not None
        if isinstance(payload, CreateEntity):
            # A record that is new names its table with the next payload; one that is restored does not.
            return payload.entity_id not in begun
        table = getattr(payload, "facet_type", None)
        return table is None or table in self.tables


HOOKS: Final = Registry[WriteHook]("write hook")


def on_write(
    name: str,
    hook: Hook,
    *,
    tables: Iterable[str] | None = None,
    concerns: Concerns | None = None,
    ahead: Callable[[UUID], ScalarQueries] | None = None,
) -> None:
    """Have a hook called within every bundle of this site that touches one of these tables, None for every bundle.

    `concerns(before, payloads)` is asked before, and has to be fast. `ahead(project_id)` are SELECTs of one value each
    that most bundles read together with the project, in one statement for all who ask: their values are in
    `storage.asked[name]` then, as of the moment when the project was locked.
    """
    HOOKS.register(name, WriteHook(hook, None if tables is None else frozenset(tables), concerns, ahead))


def values_ahead(project_id: UUID) -> dict[str, ScalarQueries]:
    """What hooks want to have read, by their names."""
    return {name: hook.ahead(project_id) for name, hook in HOOKS.items() if hook.ahead is not None}


def run(
    write_of: Callable[[Sequence[Sourced]], Write], payloads: Sequence[Sourced], before: Increment | None = None
) -> list[Sourced]:
    """All payloads of a bundle, those of the hooks included.

    `write_of` answers the state with payloads applied to what is stored, without storing anything; `before` is the
    state without them. Raises `Conflict` where hooks do not come to an end.
    """
    found = list(payloads)
    for _round in range(MAX_ROUNDS):
        wanted = [hook.call for hook in HOOKS.values() if hook.concerns(found, before)]
        if not wanted:
            return found
        write = write_of(found)
        added = [sourced(each) for hook in wanted for each in hook(write, write.changes)]
        if not added:
            return found
        found += added
        if len(found) - len(payloads) > MAX_PAYLOADS:
            break
    raise Conflict(
        gettext("Not saved. It would have set off more than %(rounds)s rounds or %(most)s changes in a row.")
        % {"rounds": MAX_ROUNDS, "most": f"{MAX_PAYLOADS:,}"}
    )


def sourced(payload: Payload | Sourced) -> Sourced:
    """A payload with where it comes from, None for a person."""
    return payload if isinstance(payload, tuple) else (payload, None)
