"""What operations mean that name a program as their source: the app whose rules or scripts these are says it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Cause:
    """A rule or script as pages name it: `words` such as “the rule “Called cues””; `address` is empty without a page.

    `is_gone` says that it was deleted.
    """

    name: str
    words: str
    icon: str
    address: str = ""
    is_gone: bool = False


# By the name that a source has (`rule` of `{"rule": "Called cues"}`): what its values mean in a project, by the value.
CAUSES: Final = Registry[Callable[[UUID, Collection[str]], Mapping[str, Cause]]]("cause of operations of records")
