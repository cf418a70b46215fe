"""What the stage promises to regulated users, beside its part in the controls of the trunk."""

from __future__ import annotations

from typing import Final

from audit.controls import CONTROLS, Control

_OWN: Final = (
    ("c30", "what another site sends counts by its people's signatures and an unbroken chain, verified here", "11.10a"),
    ("c31", "whatever a site does not accept of another one is kept with its reason until a person decides", "ALCOA+"),
    ("c32", "nothing of home changes at a replica, and its copied record fits event by event", "11.10c"),
    ("c33", "a site that was not admitted, or was revoked, brings nothing in, whoever passes it on", "11.10d"),
    ("c34", "a restored database writes nothing under numbers that other sites have from it", "11.10e"),
)


def register() -> None:
    for number, promise, source in _OWN:
        CONTROLS.register(number, Control(number, promise, source, stage="replication"))
