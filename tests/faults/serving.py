"""A node with something wrong from the start: `python -m tests.faults.serving FAULT… serve --port N`.

`deaf`: a third of all event frames from the other nodes and from itself never arrive at its hub.
`clock=SECONDS`: its clock is wrong by so much; Python's only, which is what the product reads.
`window=SECONDS`: how far it looks back, beyond its last look, for access that was taken away.
`dies=MODULE.FUNCTION`: it kills itself as soon as it enters that function.
`hurry`: presence is told again, runs out and is swept five times as often.
`tied`: no fault; it ends with the process that started it.
"""

from __future__ import annotations

import ctypes
import gc
import random
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from foundry_site.launcher.worker import end_with_input

HURRY = 5
DROPPED = "dropped an event"


def deaf() -> None:
    """Lose events on the way in; nonces and ephemerals arrive."""
    from realtime.hub import Hub
    from realtime.messages import Message, Numbered

    receive = Hub._receive
    dice = random.Random(3)

    def hear_two_of_three(hub: Hub, message: Message) -> None:
        if isinstance(message, Numbered) and dice.random() < 1 / 3:
            sys.stderr.write(f"{DROPPED}\n")
        else:
            receive(hub, message)

    Hub._receive = hear_two_of_three  # type: ignore[assignment, method-assign]


@dataclass
class Clock:
    """By how much the clock of this process is wrong."""

    seconds: float = 0.0


def replace_clock() -> Clock:
    """Let `time.time`, `datetime.now` and new UUIDv7s be as wrong as the answer says from now on.

    Waiting goes by another clock, as in life. Modules that take the names of these functions have to be loaded later.
    """
    from uuid_utils import compat

    true_time, true_now, true_uuid7 = time.time, datetime.now, compat.uuid7
    clock = Clock()

    def now(_class: type[datetime], tz: tzinfo | None = None) -> datetime:
        return true_now(tz) + timedelta(seconds=clock.seconds)

    def uuid7() -> UUID:
        # RFC 9562, section 5.7: the milliseconds stand in the highest 48 bits.
        return UUID(int=true_uuid7().int + (int(clock.seconds * 1000) << 80))

    time.time = lambda: true_time() + clock.seconds
    # A subclass in its place would not be what C code, such as psycopg's and msgspec's, takes for a datetime.
    methods: dict[str, Any] = gc.get_referents(datetime.__dict__)[0]
    methods["now"] = classmethod(now)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime))
    compat.uuid7 = uuid7  # type: ignore[assignment]
    return clock


def hurry() -> None:
    import django

    django.setup()

    from presence import redis_presence

    for name in ("REWRITE_INTERVAL", "ENTRY_LIFETIME", "SWEEP_INTERVAL"):
        setattr(redis_presence, name, getattr(redis_presence, name) / HURRY)


def narrow_window(seconds: float) -> None:
    import django

    django.setup()

    from gateway import revocation

    revocation.WINDOW = timedelta(seconds=seconds)  # type: ignore[misc]


def die_in(path: str) -> None:
    import django

    django.setup()

    from tests.faults.dying import replace_by_death

    replace_by_death(path)


def break_by(fault: str) -> None:
    name, _, value = fault.partition("=")
    match name:
        case "deaf":
            deaf()
        case "clock":
            replace_clock().seconds = float(value)
        case "window":
            narrow_window(float(value))
        case "hurry":
            hurry()
        case "tied":
            threading.Thread(target=end_with_input, daemon=True, name="the test's end").start()
        case "dies":
            die_in(value)
        case _:
            raise SystemExit(f"There is no fault {name}.")


def main() -> None:
    from django.core.management import execute_from_command_line

    serve = sys.argv.index("serve")
    for fault in sys.argv[1:serve]:
        break_by(fault)
    execute_from_command_line(["manage.py", *sys.argv[serve:]])


if __name__ == "__main__":
    main()
