"""Whose work the changes of a proposal are, where a program made it: their operations name it as their source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from kernel.registry import Registry
from proposals.models import Proposal

# By the type of a proposal's origin: the source of a project's changes by the origin's id, such as `{"rule": name}`.
SOURCES: Final = Registry[Callable[[UUID, str], "Mapping[str, str] | None"]]("source of proposed records")


def source_of(proposal: Proposal) -> Mapping[str, str] | None:
    """The source of what a proposal changes; None for a person's, and where a person has staged something, too."""
    if proposal.touched:
        return None
    found = SOURCES.get(proposal.origin_type or "")
    return found(proposal.project_id, proposal.origin_id or "") if found else None
