"""What a site has said of itself and was answered, so that the same said again costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stages.replication.link.messages import State
from stages.replication.link.methods import read_params
from stages.replication.link.waking import LOOK_AGAIN


@dataclass(frozen=True, slots=True)
class AnsweredState:
    """A `state` that was taken in: what was answered, how much had happened here before, and when that was."""

    params: Mapping[str, Any]
    result: Mapping[str, Any]
    count: int
    at: float

    def is_repeated(self, params: Mapping[str, Any], count: int) -> bool:
        """Whether the same is said again but for the time of day, and not for so long that it is looked at anyway.

        Raises `BadContent` where that time is none.
        """
        is_recent = asyncio.get_running_loop().time() - self.at < LOOK_AGAIN / 2
        if not is_recent or count != self.count or {**params, "now": 0} != {**self.params, "now": 0}:
            return False
        # What is equal may be of another type all the same.
        read_params(params, State)
        return True
