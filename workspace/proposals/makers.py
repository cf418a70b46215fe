"""What has made proposals that no person wrote: rules, scripts and the like, as the page of a proposal shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kernel.registry import Registry
from proposals.models import Proposal


@dataclass(frozen=True, slots=True)
class Maker:
    """What made a proposal: what people call it, its page, and why it changes what it changes.

    `reasons` are by the names of targets, such as `record:field/…`; `address` is empty for what has gone.
    """

    label: str
    address: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)


# By the type of a proposal's origin.
MAKERS: Final = Registry[Callable[[Proposal], Maker | None]]("maker of proposals")


def maker_of(proposal: Proposal) -> Maker | None:
    """What has made a proposal; None for a person, and where it is not known any more."""
    find = MAKERS.get(proposal.origin_type or "")
    return find(proposal) if find is not None else None
