"""What is done after a decision: links look at once, bundles that waited are tried again, links of a site end."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel.late import Late

_WAKE: Final = Late("stages.replication.link.live:wake")
_CLOSE: Final = Late("stages.replication.link.live:close_links")
_RETRY: Final = Late("stages.replication.held.services:retry_held")


def wake(project_id: UUID) -> None:
    """Have the links of a project look at once for what there is to send, on every node."""
    _WAKE(project_id)


def close_links(project_id: UUID, key: str) -> None:
    """End the links to a site, on every node."""
    _CLOSE(project_id, key)


def held_again(project_id: UUID) -> None:
    """Try again what waited for a site to be admitted, certified or allowed."""
    _RETRY(project_id)
