"""Accepts a proposal in children that kill themselves: `python -m tests.faults.dying_acceptances JSON`.

Each line of the input is a number: a child accepts, and dies before its statement of that number, the commit being the
last one; one more is right after the commit. Each line of the output is how that child ended, as `subprocess` says it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any
from uuid import UUID

import psycopg


class Countdown:
    """Kills this process before the step of a number."""

    def __init__(self, left: int) -> None:
        self.left = left

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def count_statements(countdown: Countdown) -> None:
    """Have every statement of this process counted, whichever way it is sent, and both sides of every commit."""
    execute: Any = psycopg.Cursor.execute
    commit: Any = psycopg.Connection.commit

    def counted_execute(*args: Any, **options: Any) -> Any:
        countdown.step()
        return execute(*args, **options)

    def counted_commit(*args: Any) -> None:
        countdown.step()
        commit(*args)
        countdown.step()

    psycopg.Cursor.execute = counted_execute  # type: ignore[method-assign]
    psycopg.Connection.commit = counted_commit  # type: ignore[assignment,method-assign]


def accept(order: dict[str, str], number: int) -> None:
    """Accept the proposal as the user that the order names, and die before the statement of this number."""
    from accounts.callers import Caller
    from accounts.models import User
    from proposals.services import accept_proposal

    caller = Caller(user=User.objects.get(pk=order["user"]), via="gateway", credential="test")
    count_statements(Countdown(number))
    accept_proposal(caller=caller, proposal_id=UUID(order["proposal"]), round=1)


def main() -> None:
    from foundry_site.loading import load_apps

    load_apps()
    from kernel.errors import DomainError

    order = json.loads(sys.argv[1])
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                accept(order, int(line))
                status = 0
            except DomainError as refusal:
                sys.stderr.write(f"{refusal}\n")
            finally:
                os._exit(status)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
