"""Checks JSON values against a schema that a stranger wrote: a program of its own, which Foundry never imports.

    python -I schema_checker.py <lines >answers

The first line is the schema, each other one a value, all as JSON. Each is answered by a line: `null` where all is well,
else what is wrong, as a JSON text; the answer to the schema says whether it can be used. Nothing is fetched or read,
and expressions take time in proportion to the value; but a schema may still refer to itself so often that a check takes
for ever. Then `checker_process.py` ends the process.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from typing import Final, NoReturn

import jsonschema_rs

MAX_MEMORY: Final = 1_024 * 1_048_576
# For one value: the process ends itself, should nobody be there any more who would.
MAX_SECONDS: Final = 10
MAX_EXPRESSION: Final = 1_048_576


def main() -> None:
    """Answer line by line."""
    for limit, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_NPROC, 0)):
        resource.setrlimit(limit, (most, most))
    schema = json.loads(sys.stdin.readline())
    signal.alarm(MAX_SECONDS)
    try:
        validator = jsonschema_rs.validator_for(
            schema,
            retriever=refuse,
            pattern_options=jsonschema_rs.RegexOptions(size_limit=MAX_EXPRESSION, dfa_size_limit=MAX_EXPRESSION),
        )
    except ValueError as error:
        answer(str(error))
        return
    answer(None)
    for line in sys.stdin:
        signal.alarm(MAX_SECONDS)
        found = next(validator.iter_errors(json.loads(line)), None)
        answer(f"{'/'.join(map(str, found.instance_path)) or '$'}: {found.message}" if found else None)


def refuse(uri: str) -> NoReturn:
    """Schemas stand alone."""
    raise ValueError(f"references to other files and addresses are not followed ({uri[:200]})")


def answer(problem: str | None) -> None:
    """Write one line, and wait for the next one without a limit."""
    signal.alarm(0)
    sys.stdout.write(json.dumps(problem if problem is None else problem[:500]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
