"""What links register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from accounts.callers import Caller

_STATE: Final = "state"


def register() -> None:
    """Called from the stage's `ready()`."""
    from audit.checkpoints.services import CHECKPOINT_STEPS
    from gateway.node import NODE_TASKS
    from gateway.registry import SOCKET_ADDRESSES
    from gateway.streams import TOPIC_TYPES, TopicType
    from kernel.late import Late
    from realtime.frames import register_ephemerals
    from stages.registers.observers import when_written
    from stages.registers.rpc.registry import RPC_EVENTS
    from stages.replication.link import live
    from stages.replication.link.node_links import LinkSource, run_links
    from stages.replication.link.socket import SOCKET

    SOCKET_ADDRESSES.register("sites", SOCKET)
    NODE_TASKS.register("sites", run_links)
    TOPIC_TYPES.register("replication.*", TopicType(authorize=_nobody, source=LinkSource))
    CHECKPOINT_STEPS.register("sites", live.note_checkpoint)
    register_ephemerals(live.EPHEMERALS)
    RPC_EVENTS.register("sync.connected", Late("stages.replication.rpc_events:peer_connected"))
    RPC_EVENTS.register("sync.progress", Late("stages.replication.rpc_events:progress"))
    when_written(live.OBSERVER, live.wake_when_committed, ahead=live.has_peers)
    _register_methods()


def _register_methods() -> None:
    from kernel.late import Late
    from stages.replication.link.methods import METHODS, WORKERS, Method

    METHODS.register(_STATE, Method(answer=Late("stages.replication.link.states:take_state")))
    METHODS.register("bundles.push", Method(answer=Late("stages.replication.link.taking:take_bundles")))
    digests = Late("stages.replication.link.comparing:answer_digests")
    METHODS.register("digests.get", Method(answer=digests, only_reads=True))
    WORKERS.register(_STATE, Late("stages.replication.link.states:send_state"))
    WORKERS.register("bundles", Late("stages.replication.link.pushing:push_bundles"))
    WORKERS.register("forks", Late("stages.replication.link.pushing:push_forks"))
    WORKERS.register("comparing", Late("stages.replication.link.comparing:name_differences"))


def _nobody(caller: Caller, topic: str) -> UUID | None:
    from django.utils.translation import gettext as _

    from kernel.errors import NotFound

    raise NotFound(_("Topic not found."), topic=topic[:90])
