"""Is a concurrent history of one lock explained by some order of its calls, one after the other?

The search of Wing and Gong (1993) with the memory of Lowe (2017): try each call that no other finished before, apply
it to the sequential lock, go on; a set of done calls with the same holder is tried once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One call with the times at which it began and was answered; `granted` is the answer."""

    client: int
    kind: str
    granted: bool
    began: float
    answered: float


def sequential_lock(holder: int | None, call: Call) -> tuple[bool, int | None]:
    """What a lock that serves one call at a time answers, and who holds it then."""
    if call.kind == "acquire":
        granted = holder is None or holder == call.client
        return granted, call.client if granted else holder
    granted = holder == call.client
    return granted, None if granted else holder


def is_linearizable(history: Sequence[Call]) -> bool:
    """Whether some order of the calls respects both their times and the sequential lock."""
    calls = sorted(history, key=lambda call: call.began)
    everything = (1 << len(calls)) - 1
    pending: list[tuple[int, int | None]] = [(0, None)]
    seen = set(pending)
    while pending:
        done, holder = pending.pop()
        if done == everything:
            return True
        open_calls = [number for number in range(len(calls)) if not done >> number & 1]
        first_answer = min(calls[number].answered for number in open_calls)
        for number in open_calls:
            if calls[number].began > first_answer:
                break
            granted, next_holder = sequential_lock(holder, calls[number])
            state = (done | 1 << number, next_holder)
            if granted == calls[number].granted and state not in seen:
                seen.add(state)
                pending.append(state)
    return False
