"""What the node and its parts ask of a socket; `gateway.socket.Socket` is the base of all that there are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from accounts.callers import Caller
from gateway.close_codes import CloseCode
from locking.sessions import OpenedSession


class OpenSocket(Protocol):
    """A signed-in socket, of whatever address."""

    caller: Caller
    heard_at: float

    @property
    def project_ids(self) -> Collection[UUID]:
        """The projects that its access depends on."""

    async def reauthorize(self) -> None:
        """Ask again who it is and what they may. Raises `NotAuthenticated`, `NotFound`, `PermissionDenied`."""

    async def close(self, code: CloseCode) -> None:
        """Close from our side; the first reason is kept."""


class ProjectSocket(OpenSocket, Protocol):
    """A socket of a project, with its session there."""

    name: str
    project_id: UUID
    session: OpenedSession

    def forget_rights(self) -> None:
        """Look up what its person may before the next command."""

    def forget_lock(self, field: str, *, holder: str | None) -> None:
        """A field has changed hands: now `holder` has it, a session, or nobody."""
