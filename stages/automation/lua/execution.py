"""One execution: the script runs in a thread of its own, and the thread that called `run` answers and watches it.

So what the host does happens where its caller is, with the caller's database connection and transaction, and a wait of
the script never keeps anybody from ending it.
"""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from stages.automation.lua.calls import TICK, Calls
from stages.automation.lua.engine import Engine, engine
from stages.automation.lua.host import Host, NoHost
from stages.automation.lua.limits import LimitCode, LimitReached, Limits
from stages.automation.lua.machine import SCRIPT, Crashed, Interrupted, Machine
from stages.automation.lua.outcomes import MAX_ERROR, Code, Figures, LogLine, Outcome

# Each coroutine that an error passes puts its own place before it; the innermost is where it was raised.
# A script may write such a place itself; of 64 KiB no line has a longer number.
PLACE = re.compile(rf"(?:{SCRIPT}:[0-9]{{1,6}}: )*{SCRIPT}:([0-9]{{1,6}}): (.*)", re.DOTALL)


def run(
    source: str,
    *,
    libraries: Mapping[str, str] | None = None,
    arguments: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
    host: Host | None = None,
    limits: Limits | None = None,
    on_log: Callable[[LogLine], None] | None = None,
    on_progress: Callable[[Mapping[str, Any]], None] | None = None,
    on_figures: Callable[[Figures], None] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Outcome:
    """Run a script, and say how it ended. Everything that is called back is called in this thread.

    `libraries` are the texts that `require` finds, by name; `arguments` and `context` are the script's `args` and
    `context`. `on_progress` is given `done`, `total` and `text`, `on_figures` after each call what is used;
    `stopped` is asked some times a second.

    Raises:
        LuaMissing: the installation has no Lua. Whatever `host` and the other callbacks raise, except `HostError`.
    """
    limits = limits or Limits()
    # Its time begins when there is an engine, whose first one has to be compiled.
    with engine() as taken:
        calls = Calls(
            limits=limits,
            host=host or NoHost(),
            given={"args": arguments or {}, "context": context or {}},
            libraries=libraries or {},
            on_log=on_log,
            on_progress=on_progress,
            stopped=stopped,
        )
        return Execution(taken, calls, limits, on_figures).run(source)


class Execution:
    """A machine in its thread, and what it and the caller say to each other."""

    def __init__(
        self, taken: Engine, calls: Calls, limits: Limits, on_figures: Callable[[Figures], None] | None = None
    ) -> None:
        self._engine, self._calls, self._limits = taken, calls, limits
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[bytes | BaseException] = queue.SimpleQueue()
        self._ended_by: LimitCode | None = None
        self._result: tuple[Code, str, int | None] = ("", "", None)
        self._failure: BaseException | None = None
        self._used = (0, 0)
        self._on_figures = on_figures
        self._machine: Machine | None = None

    def run(self, source: str, *, only_check: bool = False) -> Outcome:
        """Begin the thread, answer it until it has ended, and say how."""
        thread = threading.Thread(target=self._work, args=(source, only_check), name="lua", daemon=True)
        thread.start()
        try:
            self._supervise()
        except BaseException:
            self._end("stopped")
            raise
        finally:
            thread.join()
        if self._failure is not None:
            raise self._failure
        return self._outcome()

    def _supervise(self) -> None:
        while True:
            try:
                request = self._requests.get(timeout=TICK)
                if request is None:
                    return
                answer = self._calls.answer(request)
                if self._on_figures is not None:
                    self._on_figures(Figures(*self._used, self._calls.calls, self._calls.writes))
                self._answers.put(answer)
            except queue.Empty:
                try:
                    self._calls.watch()
                except LimitReached as reached:
                    self._end(reached.code)
                    return
            except LimitReached as reached:
                self._end(reached.code)
                return

    def _end(self, code: LimitCode) -> None:
        """End the script where it is: in its own loop, or waiting for an answer."""
        self._ended_by = self._ended_by or code
        self._engine.interrupt()
        self._answers.put(LimitReached(code))

    # --- in the thread of the script

    def _work(self, source: str, only_check: bool) -> None:
        machine = None
        try:
            machine = self._machine = Machine(self._engine, self._limits, self._ask)
            self._result = self._run(machine, source, only_check)
        except (LimitReached, Interrupted) as ended:
            # In making the machine itself, as where the time is over on a machine that is busy.
            code = ended.code if isinstance(ended, LimitReached) else "stopped"
            self._result = (self._ended_by or code, "", None)
        except BaseException as error:  # noqa: BLE001 (it is raised in the thread that called)
            self._failure = error
        finally:
            if machine is not None:
                machine.close()
            self._requests.put(None)

    def _run(self, machine: Machine, source: str, only_check: bool) -> tuple[Code, str, int | None]:
        try:
            succeeded, kind, message = machine.run(source, only_check=only_check)
            self._used = (machine.fuel, machine.memory)
            if succeeded:
                return "", "", None
            placed = PLACE.match(message)
            line = int(placed[1]) if placed else machine.line
            return "syntax" if kind == "syntax" else "error", (placed[2] if placed else message)[:MAX_ERROR], line
        except (LimitReached, Interrupted) as ended:
            self._used = (machine.fuel, machine.memory)
            code = ended.code if isinstance(ended, LimitReached) else "depth"
            return self._ended_by or code, "", machine.line_at_end()
        except Crashed as crashed:
            self._used = (machine.fuel, machine.memory)
            return "error", f"Lua has ended: {crashed}", machine.line_at_end()

    def _ask(self, request: bytes) -> bytes:
        if self._machine is not None:
            self._used = (self._machine.fuel, self._machine.memory)
        self._requests.put(request)
        answer = self._answers.get()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _outcome(self) -> Outcome:
        code, error, line = self._result
        calls = self._calls
        return Outcome(
            state="stopped" if code == "stopped" else "failed" if code else "succeeded",
            code=code,
            error=error,
            line=line,
            fuel=self._used[0],
            memory=self._used[1],
            calls=calls.calls,
            writes=calls.writes,
            log=tuple(calls.log),
            is_log_cut=calls.is_log_cut,
        )
