"""Lua as WebAssembly, compiled once a process, and an engine for each execution that runs at the same time.

An engine of wasmtime has one clock (`increment_epoch`) for all that runs in it, so executions do not share one: then
one of them can be ended, wherever it is, without the others.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import wasmtime

# `frontend/build.mjs` copies `glue.wasm` of the locked npm package `wasmoon` there. Its functions are known by their
# plain names, which the next major version changes.
FILE = Path(__file__).resolve().parents[3] / "static" / "dist" / "lua.wasm"
SHA256 = "95f3f19ddb740125883bc41d5ec670cd0828e7b58c8bdad385323cbff497b55c"
# Bytes of WebAssembly's stack. Above 2 MiB wasmtime aborts the whole process.
STACK = 1 << 20
# How many engines are kept for later executions; each holds about 1.2 MB.
MAX_IDLE = 4
HOST_MODULE = "foundry"
HOST_FUNCTION = "host"

_idle: list[Engine] = []
_lock = threading.Lock()


class LuaMissing(RuntimeError):
    """The file is not there, or is another one."""


class Refused(Exception):
    """A function of the host has failed: its machine knows with what.

    wasmtime keeps the exception of a host function in one variable for all threads, so another execution may be given
    it. It therefore says nothing itself.
    """


class Engine:
    """Lua in an engine of its own. `answer` is what its one execution answers imported functions with."""

    def __init__(self, native: bytes) -> None:
        self.answer: Callable[[str, tuple[int, ...]], int | float | None] | None = None
        self._engine = wasmtime.Engine(_config())
        self._module = wasmtime.Module.deserialize(self._engine, native)
        self._linker = wasmtime.Linker(self._engine)
        for each in self._module.imports:
            kind = each.type
            assert isinstance(kind, wasmtime.FuncType)
            assert each.name is not None
            self._linker.define_func(each.module, each.name, kind, partial(self._imported, each.name))
        one = [wasmtime.ValType.i32()]
        host = partial(self._imported, HOST_FUNCTION)
        self._linker.define_func(HOST_MODULE, HOST_FUNCTION, wasmtime.FuncType(one, one), host)

    def store(self, *, fuel: int, memory: int) -> wasmtime.Store:
        """A new store, which ends at the fuel, at so many bytes of memory, and at `interrupt`."""
        store = wasmtime.Store(self._engine)
        store.set_limits(memory_size=memory, instances=1, tables=1, memories=1, table_elements=2_000)
        store.set_fuel(fuel)
        store.set_epoch_deadline(1)
        return store

    def instantiate(self, store: wasmtime.Store) -> wasmtime.Instance:
        """Lua in this store."""
        return self._linker.instantiate(store, self._module)

    def host_function(self, store: wasmtime.Store) -> wasmtime.Func:
        """The host's function, as one that Lua can call."""
        function = self._linker.get(store, HOST_MODULE, HOST_FUNCTION)
        assert isinstance(function, wasmtime.Func)
        return function

    def interrupt(self) -> None:
        """End what runs in this engine, in C loops of Lua too; may be called from any thread."""
        self._engine.increment_epoch()

    def close(self) -> None:
        """Release the engine: wasmtime's table of callbacks would keep it for ever."""
        self._linker.close()
        self._module.close()
        self._engine.close()

    def _imported(self, name: str, *arguments: int) -> int | float | None:
        try:
            assert self.answer is not None
            return self.answer(name, arguments)
        except BaseException:  # noqa: BLE001 (the machine has noted it)
            raise Refused from None


@contextmanager
def engine() -> Iterator[Engine]:
    """An engine that nobody else uses meanwhile.

    Raises:
        LuaMissing: Lua is not where the build puts it, or is another one.
    """
    with _lock:
        native = _native(FILE)
        taken = _idle.pop() if _idle else Engine(native)
    try:
        yield taken
    finally:
        taken.answer = None
        with _lock:
            kept = len(_idle) < MAX_IDLE
            if kept:
                _idle.append(taken)
        if not kept:
            taken.close()


@cache
def _native(file: Path) -> bytes:
    """Lua compiled for this machine. It is kept in this process only: who can write native code to a file runs it."""
    try:
        found = file.read_bytes()
    except OSError as error:
        raise LuaMissing(f"{file} is missing: build the browser's files (npm run build).") from error
    if hashlib.sha256(found).hexdigest() != SHA256:
        raise LuaMissing(f"{file} is not the Lua that this version knows: its SHA-256 differs.")
    return bytes(wasmtime.Module(wasmtime.Engine(_config()), found).serialize())


def _config() -> wasmtime.Config:
    config = wasmtime.Config()
    config.consume_fuel = True
    config.epoch_interruption = True
    config.max_wasm_stack = STACK
    return config
