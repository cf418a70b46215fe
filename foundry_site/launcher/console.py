"""Progress lines and error messages on the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Shorter durations are not shown.
WORTH_TELLING_SECONDS = 1.0


class LaunchError(Exception):
    """An error for the person at the terminal; the message is one line."""


class StepProgress:
    """One line of progress; ``note`` sets its outcome."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.outcome = "done"
        self._shown = ""

    def note(self, outcome: str) -> None:
        """Set the outcome, instead of "done"."""
        self.outcome = outcome

    def show(self, text: str) -> None:
        """Show the progress of a long step, on a terminal only, so that log files get one line per step."""
        if sys.stdout.isatty():
            erase = "\b \b" * len(self._shown)
            print(f"{erase}{text}", end="", flush=True)
            self._shown = text


@contextmanager
def step(title: str) -> Iterator[StepProgress]:
    """Print ``title``, then the outcome of the step and its duration."""
    current = StepProgress(title)
    print(f"  {title} … ", end="", flush=True)
    begun = time.monotonic()
    try:
        yield current
    except BaseException:
        print(flush=True)
        raise
    seconds = time.monotonic() - begun
    current.show("")
    print(current.outcome + (f" ({seconds:.0f} s)" if seconds >= WORTH_TELLING_SECONDS else ""), flush=True)


def say(text: str = "") -> None:
    """Print a line for the person at the terminal."""
    print(text, flush=True)


def print_error(text: str) -> None:
    """Print an error message."""
    print(f"foundry: {text}", file=sys.stderr, flush=True)
