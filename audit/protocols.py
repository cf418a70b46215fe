"""Who acts, as the audit trail sees them: the shape of a caller, known here only by its attributes."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Actor(Protocol):
    """A person, agent, service or device that can be named as the author of a fact."""

    @property
    def id(self) -> UUID: ...
    @property
    def display_name(self) -> str: ...
    @property
    def kind(self) -> str: ...


class AuditCaller(Protocol):
    """The caller of a service: who, from where, by which interface."""

    @property
    def user(self) -> Actor: ...
    @property
    def via(self) -> str: ...
    @property
    def session_id(self) -> UUID | None: ...
    @property
    def address(self) -> str | None: ...
    @property
    def user_agent(self) -> str | None: ...
    @property
    def client_ref(self) -> UUID | None: ...
    @property
    def on_behalf_of(self) -> UUID | None: ...
    @property
    def is_read_only(self) -> bool: ...
