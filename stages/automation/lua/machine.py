"""One state of Lua in a store of its own: made, used and closed in one thread."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import wasmtime

from stages.automation.lua.engine import Engine
from stages.automation.lua.limits import LimitReached, Limits

# What `require`, `io`, `os`, `debug` and `package` reach is not even opened.
LIBRARIES = ("_G", "string", "table", "math", "utf8", "coroutine")
OPENERS = {"_G": "luaopen_base"}
PRELUDE = Path(__file__).parent / "prelude"
PARTS = ("json", "csv", "core")
# How messages of Lua name the script.
SCRIPT = "script"
# Levels of calls that are ours: the one from here, and the prelude's `xpcall`.
OUR_DEPTH = 2
# lua_Debug in WebAssembly: its size, and where `currentline` and `short_src` are.
DEBUG_SIZE, DEBUG_LINE, DEBUG_SOURCE, DEBUG_SOURCE_SIZE = 112, 24, 44, 60
MAX_LEVELS = 250
# What each call of Lua by Lua through the host costs besides: errors that are caught, and coroutines that yield, take
# the host far longer than WebAssembly can count.
INVOKING = 100_000
# Fuel for finding the line after the script's own is used up.
AFTERWARDS = 5_000_000
PAGE = 65_536


class Interrupted(Exception):
    """`Engine.interrupt` has ended what ran."""


class Crashed(Exception):
    """WebAssembly has ended, and at no limit."""


class _LongJump(Exception):
    """`longjmp`: on to the `setjmp` that is nearest."""


class Machine:
    """Runs one text. `close` it in every case: a store with functions of the host is never collected.

    `ask` is given a request of the script, and returns its answer; whatever it raises ends the execution.
    """

    def __init__(self, engine: Engine, limits: Limits, ask: Callable[[bytes], bytes]) -> None:
        self._engine, self._limits, self._ask = engine, limits, ask
        # The line of the script at which its error was raised.
        self.line: int | None = None
        self._depth = 0
        self._is_over = False
        self._raised: BaseException | None = None
        self._buffer, self._buffer_size = 0, 0
        self._imports: dict[str, Callable[..., int | float | None]] = {
            "invoke_vii": self._invoke,
            "_emscripten_throw_longjmp": self._throw,
            "emscripten_resize_heap": self._grow,
            # What Lua seeds its hashes and `math.random` with: the same for each execution.
            "emscripten_date_now": lambda: 0.0,
            "_emscripten_get_now_is_monotonic": lambda: 0,
            "_tzset_js": lambda *_: None,
            "environ_sizes_get": self._no_environment,
            "environ_get": lambda *_: 0,
            "host": self._host,
        }
        engine.answer = self._answer
        self._store = engine.store(fuel=limits.fuel, memory=limits.memory)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        instance = self._engine.instantiate(self._store)
        self._exports: Any = instance.exports(self._store)
        self._functions: dict[str, Any] = {}
        memory, table = self._exports["memory"], self._exports["__indirect_function_table"]
        assert isinstance(memory, wasmtime.Memory)
        assert isinstance(table, wasmtime.Table)
        self._memory, self._table = memory, table
        self._call("__wasm_call_ctors")
        self._call("emscripten_stack_init")
        self._top_of_stack = self._call("stackSave")
        self._state = self._call("luaL_newstate")
        self._scratch = self._allocate(DEBUG_SIZE)
        for name in LIBRARIES:
            opener = self._table.grow(self._store, 1, self._exports[OPENERS.get(name, f"luaopen_{name}")])
            self._call("luaL_requiref", self._state, self._c_text(name.encode()), opener, 1)
            self._call("lua_settop", self._state, 0)
        self._host_index = self._table.grow(self._store, 1, self._engine.host_function(self._store))

    @property
    def fuel(self) -> int:
        """What was used of the fuel."""
        return self._limits.fuel - int(self._store.get_fuel())

    @property
    def memory(self) -> int:
        """Bytes that Lua holds; they never become less."""
        return int(self._memory.data_len(self._store))

    def run(self, source: str, *, only_check: bool = False) -> tuple[bool, str, str]:
        """Run a text, or only compile it: whether it succeeded, else "syntax" or "error", and what Lua says.

        Raises:
            LimitReached, Interrupted, Crashed: it ended before its text did.
        """
        state = self._state
        self._load(prelude("prelude"), "prelude")
        self._call("lua_pushcclosure", state, self._host_index, 0)
        for part in PARTS:
            self._load(prelude(part), part)
        self._push(state, source.encode())
        self._push(state, SCRIPT.encode())
        self._call("lua_pushboolean", state, int(only_check))
        if self._call("lua_pcallk", state, len(PARTS) + 4, 3, 0, 0, 0):
            return False, "error", self._text(state, -1)
        return bool(self._call("lua_toboolean", state, -3)), self._text(state, -2), self._text(state, -1)

    def line_at_end(self) -> int | None:
        """The line of the script that Lua noted last, after a limit has ended it."""
        self._is_over, self._raised, self._depth = True, None, 0
        try:
            self._store.set_fuel(AFTERWARDS)
            self._store.set_epoch_deadline(1 << 30)
            self._call("stackRestore", self._top_of_stack)
            return self._line(self._state)
        except Exception:  # noqa: BLE001 (whatever Lua was doing when it ended, its state may be half written)
            return None

    def close(self) -> None:
        """Release the store, with all that Lua holds."""
        self._engine.answer = None
        self._store.close()

    # --- calls into WebAssembly

    def _call(self, name: str, *arguments: int) -> Any:
        function = self._functions.get(name)
        if function is None:
            function = self._functions[name] = self._exports[name]
        return self._enter(function, *arguments)

    def _enter(self, function: Any, *arguments: int) -> Any:
        try:
            return function(self._store, *arguments)
        except BaseException as error:  # noqa: BLE001 (it may be another execution's: see `engine.Refused`)
            raised, self._raised = self._raised, None
            raise (raised or self._trapped(error)) from None

    def _trapped(self, error: BaseException) -> Exception:
        code = error.trap_code if isinstance(error, wasmtime.Trap) else None
        if code is wasmtime.TrapCode.OUT_OF_FUEL or not self._store.get_fuel():
            return LimitReached("fuel")
        if code is wasmtime.TrapCode.STACK_OVERFLOW:
            return LimitReached("depth")
        if code is wasmtime.TrapCode.INTERRUPT or not isinstance(error, wasmtime.Trap):
            return Interrupted()
        return Crashed(str(error).strip().rsplit("\n", 1)[-1])

    # --- what WebAssembly imports

    def _answer(self, name: str, arguments: tuple[int, ...]) -> int | float | None:
        try:
            return self._imports.get(name, self._missing)(*arguments)
        except BaseException as error:
            self._raised = error
            raise

    def _invoke(self, index: int, first: int, second: int) -> None:
        # Beyond some depth Python's own limit is reached inside wasmtime, which then goes on as if all were well.
        if self._depth >= self._limits.depth + OUR_DEPTH:
            raise LimitReached("depth")
        left = self._store.get_fuel()
        if left <= INVOKING:
            raise LimitReached("fuel")
        self._store.set_fuel(left - INVOKING)
        stack = self._call("stackSave")
        self._depth += 1
        try:
            self._enter(self._table.get(self._store, index), first, second)
        except _LongJump:
            self._call("stackRestore", stack)
            self._call("setThrew", 1, 0)
        finally:
            self._depth -= 1

    def _throw(self) -> None:
        raise _LongJump

    def _grow(self, wanted: int) -> int:
        wanted &= 0xFFFFFFFF
        if wanted > self._limits.memory:
            # Lua's own error could be caught.
            raise LimitReached("memory")
        more = wanted - self.memory
        try:
            self._memory.grow(self._store, -(-more // PAGE))
        except wasmtime.WasmtimeError:
            raise LimitReached("memory") from None
        return 1

    def _missing(self, *_: int) -> None:
        # Files, processes and `abort`, which no function that a script has leads to.
        raise Crashed("a function of the operating system, of which there is none")

    def _no_environment(self, count: int, size: int) -> int:
        self._memory.write(self._store, bytes(4), count)
        self._memory.write(self._store, bytes(4), size)
        return 0

    def _host(self, state: int) -> int:
        if self._is_over:
            raise Crashed("it has ended")
        request = self._bytes(state, 1)
        if request == b"where {}":
            self.line = self._line(state)
            answer = b""
        else:
            answer = self._ask(request)
        if len(answer) > self._buffer_size:
            self._call("free", self._buffer)
            self._buffer_size = 2 * len(answer)
            self._buffer = self._allocate(self._buffer_size)
        self._memory.write(self._store, answer, self._buffer)
        self._call("lua_pushlstring", state, self._buffer, len(answer))
        return 1

    # --- texts, and where Lua is

    def _allocate(self, size: int) -> int:
        found: int = self._call("malloc", size)
        if not found:
            raise LimitReached("memory")
        return found

    def _c_text(self, text: bytes) -> int:
        place = self._allocate(len(text) + 1)
        self._memory.write(self._store, text + b"\0", place)
        return place

    def _load(self, text: bytes, name: str) -> None:
        places = [self._c_text(each) for each in (text, f"={name}".encode(), b"t")]
        if self._call("luaL_loadbufferx", self._state, places[0], len(text), *places[1:]):
            raise RuntimeError(f"{name}: {self._text(self._state, -1)}")
        for place in places:
            self._call("free", place)

    def _push(self, state: int, text: bytes) -> None:
        place = self._c_text(text)
        self._call("lua_pushlstring", state, place, len(text))
        self._call("free", place)

    def _bytes(self, state: int, index: int) -> bytes:
        place = self._call("lua_tolstring", state, index, self._scratch)
        if not place:
            return b""
        (length,) = struct.unpack("<I", self._memory.read(self._store, self._scratch, self._scratch + 4))
        return bytes(self._memory.read(self._store, place, place + length))

    def _text(self, state: int, index: int) -> str:
        return self._bytes(state, index).decode("utf-8", "replace")

    def _line(self, state: int) -> int | None:
        """The line that the innermost function of the script itself is at."""
        what = self._c_text(b"Sl")
        for level in range(MAX_LEVELS):
            if not self._call("lua_getstack", state, level, self._scratch):
                return None
            self._call("lua_getinfo", state, what, self._scratch)
            found = bytes(self._memory.read(self._store, self._scratch, self._scratch + DEBUG_SIZE))
            source = found[DEBUG_SOURCE : DEBUG_SOURCE + DEBUG_SOURCE_SIZE].split(b"\0", 1)[0]
            (line,) = struct.unpack_from("<i", found, DEBUG_LINE)
            if source == SCRIPT.encode() and line > 0:
                return int(line)
        return None


@cache
def prelude(name: str) -> bytes:
    """The text of a part of the prelude."""
    return (PRELUDE / f"{name}.lua").read_bytes()
