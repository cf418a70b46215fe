"""What else clients of the engine hear of at `/ws/rpc/{project_id}/`, beside changes of registers.

RPC_EVENTS.register("script.completed", Late("stages.automation.rpc.events:script_completed"))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from accounts.callers import Caller
from kernel.registry import Registry

# By the name of an event or an ephemeral of a project: what its live members mean to these clients, as `{"type": …}`.
RPC_EVENTS: Final = Registry[Callable[[Caller, UUID, Mapping[str, Any]], "list[dict[str, Any]]"]](
    "event for clients of the engine"
)
