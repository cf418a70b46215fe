"""What a link can be asked, and what works along with it: registered here, and by `stages.replication.home`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

import msgspec

from gateway.execution import Lanes
from kernel.registry import Registry
from stages.replication.link.waking import News

Parameters = TypeVar("Parameters", bound=msgspec.Struct)


class BadContent(Exception):
    """What the other site sent is not what the protocol says: the link closes with 4422."""


class RemoteError(Exception):
    """The other site refused a call; `code` is that of the JSON-RPC error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Remote:
    """Who asks: another site of a project, by its key in lowercase hexadecimal digits."""

    project_id: UUID
    peer_id: UUID
    peer_key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method answers; a `frame` that is not empty follows as one binary frame, and `length` says its size."""

    result: Mapping[str, Any]
    frame: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of a link. `answer` runs in a thread, in the order of the requests and one at a time for a project.

    One that `only_reads` is answered beside the others, a few at once, so that nothing waits for it.

    It raises `BadContent` for parameters that are wrong; what it refuses (`DomainError`) is the error that is answered.
    """

    answer: Callable[[Remote, Mapping[str, Any]], Answer]
    only_reads: bool = False


class Link(Protocol):
    """A link, as those who work along with it know it."""

    @property
    def project_id(self) -> UUID: ...

    @property
    def peer_key(self) -> str:
        """The other site's key in lowercase hexadecimal digits."""

    @property
    def remote(self) -> Remote:
        """The same, as its methods know it."""

    @property
    def lanes(self) -> Lanes:
        """Where blocking work runs."""

    @property
    def peer_state(self) -> Mapping[str, Any]:
        """The other site's last `state`."""

    async def call(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the other site. Raises `RemoteError`."""

    async def call_for_frame(self, method: str, params: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The same for a method that answers bytes. Raises `RemoteError`."""

    def wake(self, *news: News) -> None:
        """There may be something new: of these kinds, or of any."""

    async def woken(self, seconds: float, /, *news: News) -> frozenset[News]:
        """Wait for what is new of these kinds, or of any, at most so many seconds; answers what it is."""


# Begins when both sites have said what they have, ends with the link.
Worker = Callable[[Link], Awaitable[None]]

# The code of the error where a site does not know a method.
NO_SUCH_METHOD: Final = -32601

METHODS: Final = Registry[Method]("method of links")
WORKERS: Final = Registry[Worker]("worker of links")


def read_params(params: Mapping[str, Any], kind: type[Parameters]) -> Parameters:
    """The parameters of a method, or its result. Raises `BadContent` naming what is wrong."""
    try:
        return msgspec.convert(params, kind)
    except msgspec.ValidationError as error:
        raise BadContent(str(error)) from None
