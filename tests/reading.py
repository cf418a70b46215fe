"""What the tests of a process read before the first of them runs."""

from __future__ import annotations

import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

from tests.services import worker

HERE = Path(__file__).parent


def read_from_elsewhere(session: pytest.Session) -> None:
    """Let each worker begin to read at another file, where it reads all of them.

    In a fresh checkout every file has to be compiled, which takes longer than reading it. Workers that read in the same
    order all compile the same file at the same time; so they find what another one has compiled.
    """
    number = worker()
    if number is None or session.config.args != session.config.getini("testpaths"):
        return
    files = sorted(HERE.rglob("test_*.py"))
    first = number * len(files) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    for file in [*files[first:], *files[:first]]:
        # pytest says what is wrong with a file, when it comes to it.
        with suppress(Exception):
            import_module(".".join(file.relative_to(HERE.parent).with_suffix("").parts))
