"""Log formats: one line per record, as text or as JSON, with its context.

The context (request, connection, session, user, project) belongs to the task that handles a request or a socket, and to
the threads that work for it. Logs contain no secrets, query strings or texts of projects; the part of a database error
that quotes a row is left out.
"""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

from kernel.invisible import one_line

Facts = dict[str, Any]

# Up to the end of the database error, because the texts in the row may contain line breaks and empty lines.
_QUOTES_A_ROW: Final = re.compile(
    r"^DETAIL:.*?(?=^(?:The above exception|During handling of)|\Z)", re.DOTALL | re.MULTILINE
)
_facts: ContextVar[Facts | None] = ContextVar("foundry_log_facts", default=None)


@contextmanager
def circumstances(**facts: Any) -> Iterator[Facts]:
    """Add these facts to every record inside the `with` block; facts may be added to the yielded dict later."""
    made: Facts = dict(facts)
    before = _facts.set(made)
    try:
        yield made
    finally:
        _facts.reset(before)


def note(**facts: Any) -> None:
    """Add facts to the current context for all further records; does nothing outside of a context."""
    current = _facts.get()
    if current is not None:
        current.update(facts)


def node_name() -> str:
    """The name of this process, unique among the nodes of an installation."""
    return f"{socket.gethostname()}:{os.getpid()}"


class _Formatter(logging.Formatter):
    converter = time.gmtime  # type: ignore[assignment] # as its documentation says

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's name)
        return _QUOTES_A_ROW.sub("", super().formatException(ei)).rstrip()

    def circumstances(self, record: logging.LogRecord) -> Facts:
        """The context of a record, with the facts from `extra={"facts": {…}}`."""
        return {**(_facts.get() or {}), **getattr(record, "facts", {})}


class TextFormatter(_Formatter):
    """Text for a terminal: `2026-11-20 14:02:11,123 WARNING gateway: words [request_id=… user_id=…]`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        facts = " ".join(f"{name}={value}" for name, value in self.circumstances(record).items())
        return one_line(super().formatMessage(record) + (f" [{facts}]" if facts else ""))

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's name)
        """Indented, so that no line of it looks like a record."""
        return "\n".join(f"  {one_line(line)}" for line in super().formatException(ei).splitlines())

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 (logging's name)
        return "\n".join(f"  {one_line(line)}" for line in stack_info.splitlines())


class JsonFormatter(_Formatter):
    """JSON for log collectors: one object per line. `time` is RFC 3339 in UTC; `exception` says what failed."""

    def __init__(self) -> None:
        super().__init__()
        self._node = node_name()

    def format(self, record: logging.LogRecord) -> str:
        line: Facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "node": self._node,
            **self.circumstances(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
