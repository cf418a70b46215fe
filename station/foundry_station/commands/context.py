"""What commands work with: the state, the machine, and the daemon that may be running."""

from __future__ import annotations

import json
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from foundry_station.commands import CommandFailed, Exit
from foundry_station.engine import Engine
from foundry_station.places import Machine
from foundry_station.state import AnotherDaemon, State, default_folder
from foundry_station.state.database import SYSTEM_FOLDER
from foundry_station.state.managed import Managed

POLL: Final = 0.1


@dataclass
class Context:
    """A command at work. Everything that people read is printed here."""

    options: Namespace
    state: State
    _engine: Engine | None = field(default=None)

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = Engine(self.state, machine_of(self.options))
        return self._engine

    def say(self, text: str) -> None:
        """A line for a person; nothing where JSON was asked for."""
        if not getattr(self.options, "json", False):
            sys.stdout.write(f"{text}\n")

    def show(self, value: Any) -> None:
        """The result for a program, where JSON was asked for."""
        if getattr(self.options, "json", False):
            sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")

    def require_sign_in(self) -> None:
        """Raise `CommandFailed` where this station is signed in nowhere."""
        if self.state.setting("token") is None:
            raise CommandFailed("Not signed in: foundry-station login ADDRESS", Exit.SIGN_IN)

    def carry_out(self) -> None:
        """Have files brought to what the state says now: by the daemon, or here where none runs."""
        if self.state.daemon() is not None:
            self.state.set(wake=repr(time.time()))
            return
        try:
            self.state.become_daemon()
        except AnotherDaemon:
            self.state.set(wake=repr(time.time()))
            return
        self.engine.begin()
        self.engine.replan()
        self.engine.round()

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is so; whether it is."""
        ends = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > ends:
                return False
            time.sleep(POLL)
        return True

    def wait_for_files(self, left: Callable[[], list[Managed]], seconds: float) -> None:
        """Wait until the daemon, where one runs, has given files back. Raises `CommandFailed`: some are left."""
        if not self.wait_for(lambda: not left(), seconds if self.state.daemon() is not None else 0.0):
            names = "\n".join(f"  {each.path}" for each in left())
            raise CommandFailed(f"These files could not be given back:\n{names}", Exit.DRIFT)


def open_context(options: Namespace) -> Context:
    """The context of a command. Raises `StateUnavailable`."""
    folder = options.home or (SYSTEM_FOLDER if options.system else default_folder())
    return Context(options, State(Path(folder).expanduser().absolute()))


def machine_of(options: Namespace) -> Machine:
    """What the station may write to."""
    return Machine(Path.home(), system=bool(options.system))
