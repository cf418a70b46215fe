"""How many records the rules of a project are about: remembered until its registers change."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from blobs.models import sha256_of
from drafts.memory import Memory
from kernel.late import Late
from stages.automation.reading.rules import SavedRule
from stages.registers.storing.storage import PostgresStorage

# Seconds that one request counts; what is not counted by then is counted by the next one.
_MOST_SECONDS: Final = 2.0
_State = tuple[tuple[str, str], ...]
# By what the registers have of each site, and by a rule's definition: nothing of it becomes outdated.
_counts: Memory[tuple[UUID, _State, str], int] = Memory(4_000)
# Late, because it loads the library of shared texts, and most pages have all counts.
_matching: Final = Late("stages.automation.consequences.looking:count_matching")


def known_counts(storage: PostgresStorage, rules: Iterable[SavedRule]) -> dict[str, int]:
    """The counts that are remembered, by the rule. Nothing is read but what a storage has opened with."""
    keys = {_key(storage, each): each.id for each in rules}
    return {keys[key]: count for key, count in _counts.recall(keys).items()}


def count_rules(storage: PostgresStorage, rules: Iterable[SavedRule]) -> dict[str, int]:
    """How many records match each rule, by the rule; without those that would take too long now."""
    listed = [each for each in rules if each.rule is not None]
    found = known_counts(storage, listed)
    ends_at = time.monotonic() + _MOST_SECONDS
    for each in listed:
        if each.id not in found and time.monotonic() < ends_at:
            found[each.id] = _matching(each.rule, storage)
            _counts.keep({_key(storage, each): found[each.id]})
    return found


def _key(storage: PostgresStorage, rule: SavedRule) -> tuple[UUID, _State, str]:
    return storage.project_id, tuple(sorted(storage.clock().items())), sha256_of(rule.definition.encode())
