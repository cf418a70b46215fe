"""What a script reaches: the one interface between the sandbox and everything else."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from stages.automation.lua.outcomes import LogLine

# Functions of `core` whose answer comes at once.
READS = frozenset({"get_field", "records", "edges", "get_text", "fields"})
# Those that stage a change, each of which counts as a write.
WRITES = frozenset(
    {
        "set_field",
        "create_entity",
        "delete_entity",
        "attach",
        "detach",
        "create_edge",
        "move_edge",
        "delete_edge",
        "set_text",
        "write_file",
    }
)
# Those whose answer is awaited; `sleep` is one more, which needs no host.
AWAITED = frozenset({"http", "read_file"})


class HostError(Exception):
    """The host refuses a call. The script sees the text as an error at its own line, and may catch it.

    `line` is what the log gets besides.
    """

    def __init__(self, text: str, line: LogLine | None = None) -> None:
        super().__init__(text)
        self.line = line


@dataclass(frozen=True, slots=True)
class Noted:
    """What `begin` gives, or what a future of it holds, with a line that the log gets, however much it has."""

    value: Any
    line: LogLine


class Host(Protocol):
    """Answers the calls of one execution, in the thread that called `run`.

    Arguments are what a script gave, decoded from JSON and otherwise unchecked: objects, lists, texts, numbers,
    booleans and None. An answer is what JSON can hold.

    Raises:
        HostError: the call is refused; the script goes on.
    Every other exception ends the execution, and is raised by `run`.
    """

    def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Answer one of `READS` and `WRITES`."""

    def begin(self, name: str, arguments: Mapping[str, Any]) -> Future[Any] | Noted:
        """Begin one of `AWAITED`; its result, or its HostError, is what `core.await` gives."""


class NoHost:
    """The host of a script that is granted nothing."""

    def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Refuse."""
        raise HostError(f"core.{name} is not granted")

    def begin(self, name: str, arguments: Mapping[str, Any]) -> Future[Any]:
        """Refuse."""
        raise HostError(f"core.{name} is not granted")
