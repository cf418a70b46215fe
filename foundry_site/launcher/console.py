"""Short, calm progress lines, and the one line that says what went wrong."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Below this a time says nothing.
WORTH_TELLING_SECONDS = 1.0


class LaunchError(Exception):
    """Something the person at the terminal has to know or do; the text is one line."""


class ProgressLine:
    """One line of progress; ``note`` says how it ended."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.outcome = "done"
        self._shown = ""

    def note(self, outcome: str) -> None:
        """Say how the step ended, instead of "done"."""
        self.outcome = outcome

    def show(self, text: str) -> None:
        """Show where a long step stands, on a terminal only: a log file gets one line a step."""
        if sys.stdout.isatty():
            erase = "\b \b" * len(self._shown)
            print(f"{erase}{text}", end="", flush=True)
            self._shown = text


@contextmanager
def step(title: str) -> Iterator[ProgressLine]:
    """Print ``title``, then how the step ended and how long it took."""
    current = ProgressLine(title)
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
    """Print the line that says what went wrong."""
    print(f"foundry: {text}", file=sys.stderr, flush=True)
