"""Looks for RE2 expressions that a stranger wrote: a program of its own, which Foundry never imports.

    python -I expression_checker.py <lines >answers

The first line is any JSON value, answered by `null` once RE2 is loaded. Each other one has `pattern`, `ignores_case`
and `text`, and is answered by `true`, `false`, or what is wrong with the expression. RE2 takes time in proportion to
the text, but also to the expression: together that may be an hour. Then `checker_process.py` ends the process.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from typing import Any, Final

import re2

MAX_MEMORY: Final = 1_024 * 1_048_576
# In bytes, for one expression.
MAX_EXPRESSION: Final = 8 * 1_048_576
# For one text: the process ends itself, should nobody be there any more who would.
MAX_SECONDS: Final = 10


def main() -> None:
    """Answer line by line."""
    for limit, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_NPROC, 0)):
        resource.setrlimit(limit, (most, most))
    sys.stdin.readline()
    answer(None)
    for line in sys.stdin:
        signal.alarm(MAX_SECONDS)
        answer(search(**json.loads(line)))


def search(pattern: str, ignores_case: bool, text: str) -> bool | str:
    """Whether the expression is found in a text, or why it cannot be read."""
    options: Any = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_EXPRESSION
    options.case_sensitive = not ignores_case
    try:
        return re2.compile(pattern, options).search(text) is not None
    except re2.error as error:
        shown = error.args[0] if error.args else ""
        return shown.decode("utf-8", "replace") if isinstance(shown, bytes) else str(shown)


def answer(found: object) -> None:
    """Write one line, and wait for the next one without a limit."""
    signal.alarm(0)
    sys.stdout.write(json.dumps(found if not isinstance(found, str) else found[:500]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
