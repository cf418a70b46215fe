"""What the stage promises to regulated users, beside its part in the controls of the trunk."""

from __future__ import annotations

from typing import Final

from audit.controls import CONTROLS, Control

_OWN: Final = (
    ("c25", "a script ends at limits of steps, memory, depth, calls, writes and time, and can catch none", "11.10a"),
    ("c26", "a script reads and writes what an owner granted to exactly this text; any other text is off", "11.10g"),
    ("c27", "nothing binds by itself: scripts propose, owners adopt and grant, people say what is one", "11.10f"),
    ("c28", "what a rule adds is within the signed change that caused it, and names the rule", "11.10e"),
    ("c29", "the code of a module's view reaches no cookie, no storage and no server", "11.10d"),
)


def register() -> None:
    for number, promise, source in _OWN:
        CONTROLS.register(number, Control(number, promise, source, stage="automation"))
