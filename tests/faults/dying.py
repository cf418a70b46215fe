"""A child process that kills itself between two steps of a write: `python -m tests.faults.dying POINT JSON`.

Each fault point is a function that the product calls right after the step of that name; the child dies as it enters.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from typing import Any
from uuid import UUID

# point → where the next step begins
POINTS = {
    "acquire: key taken": "locking.services.locks._record_lock",
    "acquire: project locked": "locking.services.locks.start_lease",
    "acquire: journalled": "locking.redis_locks.renew",
    "release: committed": "locking.redis_locks.release",
    "save: project locked": "drafts.services.saving.write_draft",
    "save: draft inserted": "drafts.versions._attach_texts",
    "save: committed": "realtime.publish",
    "hand over: old lease ended": "locking.services.handover.start_lease",
    "hand over: committed": "locking.redis_locks.swap",
    "take over: old lease ended": "locking.services.handover.start_lease",
    "take over: committed": "locking.redis_locks.swap",
}


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def replace_by_death(path: str) -> None:
    """Replace a function, named by module and name, by death."""
    parts = path.split(".")
    for depth in range(len(parts) - 1, 0, -1):
        try:
            owner: Any = importlib.import_module(".".join(parts[:depth]))
        except ModuleNotFoundError:
            continue
        for name in parts[depth:-1]:
            owner = getattr(owner, name)
        if not hasattr(owner, parts[-1]):
            raise LookupError(path)
        setattr(owner, parts[-1], die)
        return


def act(order: dict[str, Any]) -> None:
    """Do what the test asks for, as the user it names."""
    from accounts.callers import Caller
    from accounts.models import User
    from drafts.services import save_draft
    from locking.services import acquire_lock, hand_over_lock, release_lock, take_over_lock

    here: dict[str, Any] = {
        "caller": Caller(user=User.objects.get(pk=order["user"]), via="gateway", credential="test"),
        "project_id": UUID(order["project"]),
        "session_id": UUID(order["session"]),
    }
    field = "prompt_text"
    match order["do"]:
        case "acquire":
            acquire_lock(**here, field=field)
        case "release":
            release_lock(**here, field=field)
        case "save":
            save_draft(**here, base_version=0, changes={field: "saved"}, tokens={field: order["token"]})
        case "hand over":
            hand_over_lock(**here, field=field, to=UUID(order["to"]))
        case "take over":
            take_over_lock(**here, field=field, reason="It is urgent")


def main() -> None:
    from foundry_site.loading import load_apps

    load_apps()
    point, order = sys.argv[1], json.loads(sys.argv[2])
    replace_by_death(POINTS[point])
    act(order)


if __name__ == "__main__":
    main()
