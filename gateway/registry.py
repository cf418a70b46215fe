"""What apps register with the gateway: commands, and the addresses of sockets."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar, get_type_hints
from uuid import UUID

import msgspec

from accounts.callers import Caller
from gateway.execution import Lanes
from gateway.topics import FollowedTopics
from kernel.registry import Registry

Parameters = TypeVar("Parameters", bound=msgspec.Struct)


class Lane(enum.Enum):
    """Where a command runs: in the event loop, because it never blocks, or in threads (`gateway.execution`).

    A `SERIALIZED` command waits for the other ones of its project that were sent to this process before it. The handler
    of an `ASYNC` command is a coroutine function in the event loop, which runs what blocks by `context.lanes`.
    """

    INLINE = "inline"
    READ = "read"
    WRITE = "write"
    SERIALIZED = "serialized"
    ASYNC = "async"


class HasTopics(Protocol):
    """A socket, as far as a command may use it."""

    @property
    def topics(self) -> FollowedTopics:
        """The topics that it follows."""


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Who sends a command: whose socket, of which session, in which project.

    `is_admitted` where the socket remembers that its person may write there now, and `may(action)` whether it remembers
    that they may do that; an `INLINE` command can rely on it for what is only shown. `topics` and `lanes` are for
    `ASYNC` commands: they follow topics for the socket, and run what blocks.
    """

    caller: Caller
    project_id: UUID
    session_id: UUID
    is_admitted: bool
    may: Callable[[str], bool]
    lanes: Lanes
    _socket: HasTopics

    @property
    def topics(self) -> FollowedTopics:
        return self._socket.topics


# Its first argument is the context of its socket: for a project's a `CommandContext`.
Handler = Callable[[Any, Parameters], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One method of a socket: `handler(context, parameters)` calls one service and returns the result.

    `focus(parameters)` is the field that the person is in afterwards, None for no field; without it they stay where
    they are. With `needs_lock` the session must hold `field` by `token`; one that `refuses_held` is refused early for a
    `field` that somebody else is known to hold. What exceeds `max_per_second`, or `max_size_per_second` characters, is
    refused. An `is_automatic` one is sent by pages by themselves, and so does not show that anybody is there. Only one
    that `only_reads` is answered for an access token that is for reading.
    """

    name: str
    lane: Lane
    parameters: type[msgspec.Struct]
    handler: Handler[Any]
    focus: Callable[[Any], str | None] | None = None
    needs_lock: bool = False
    refuses_held: bool = False
    max_per_second: int | None = None
    max_size_per_second: int | None = None
    is_automatic: bool = False
    only_reads: bool = False


COMMANDS: Final = Registry[Command]("command")


def command(name: str, lane: Lane, **options: Any) -> Callable[[Handler[Parameters]], Command]:
    """Make a function a `Command`; its second argument's type says what the method takes.

    To be registered by `register_commands` when its app is ready.
    """

    def make(handler: Handler[Parameters]) -> Command:
        parameters = get_type_hints(handler)["params"]
        return Command(name=name, lane=lane, parameters=parameters, handler=handler, **options)

    return make


def register_commands(*commands: Command) -> None:
    """Add commands to the project's socket; called from `AppConfig.ready()`."""
    for each in commands:
        COMMANDS.register(each.name, each)


@dataclass(frozen=True, slots=True)
class SocketAddress:
    """An address of sockets: `pattern` is a regular expression of the path without its leading slash, as in `re_path`.

    `consumer` is an ASGI application of Channels; a subclass of `gateway.consumer.SocketConsumer` comes with sign-in,
    limits, revocation and an orderly end.
    """

    pattern: str
    consumer: Any  # Channels' consumers are untyped


SOCKET_ADDRESSES: Final = Registry[SocketAddress]("socket address")
