"""Keys that somebody presses while a command runs."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class KeyPresses:
    """Reads keys one by one, without Enter on a terminal; from other inputs, such as a pipe, characters."""

    def __init__(self) -> None:
        self._is_open = True

    def next(self, seconds: float) -> str:
        """The next key; "" if none was pressed for so long, or nobody can press any more."""
        if not self._is_open:
            return self._wait(seconds)
        ready, _writable, _failed = select.select([sys.stdin], [], [], seconds)
        if not ready:
            return ""
        found = os.read(sys.stdin.fileno(), 1)
        self._is_open = bool(found)
        return found.decode("ascii", "ignore")

    def _wait(self, seconds: float) -> str:
        select.select([], [], [], seconds)
        return ""


@contextmanager
def key_presses() -> Iterator[KeyPresses]:
    """Read keys as they are pressed; the terminal is as before afterwards, and Ctrl-C ends the command as always."""
    if not sys.stdin.isatty():
        yield KeyPresses()
        return
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield KeyPresses()
    finally:
        with suppress(termios.error):
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
