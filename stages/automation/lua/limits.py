"""What an execution may use, and the exception that ends it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Why an execution ended before its text did; `stopped` is a person's wish, the rest are limits.
LimitCode = Literal["fuel", "memory", "depth", "calls", "writes", "time", "output", "stopped"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one execution. No script can catch what ends it at one of them."""

    # Units of wasmtime: about one for each WebAssembly instruction. It counts loops in C too.
    fuel: int = 10_000_000_000
    # Bytes of all that Lua holds.
    memory: int = 64 << 20
    # Calls of Lua by Lua through the host: nested `pcall`s, coroutines, metamethods that fail.
    depth: int = 64
    # What the script asks of its host, `log` included.
    calls: int = 20_000
    # Changes that it stages.
    writes: int = 1_000
    # Seconds from its start, time spent waiting for answers included.
    seconds: float = 60
    # Bytes of log that are kept; what is over is cut, and the log says so.
    log: int = 64 << 10
    # Bytes of one request to the host, and of all.
    request: int = 4 << 20
    output: int = 16 << 20


class LimitReached(Exception):
    """The execution ends here. It passes each `pcall` of the script, because Lua never sees it."""

    def __init__(self, code: LimitCode) -> None:
        super().__init__(code)
        self.code: LimitCode = code
