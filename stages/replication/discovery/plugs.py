"""What discovery registers."""

from __future__ import annotations


def register() -> None:
    from gateway.node import NODE_TASKS
    from stages.replication.discovery.working import run

    NODE_TASKS.register("discovery", run)
