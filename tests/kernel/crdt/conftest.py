"""Fixtures for the tests of shared texts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kernel.crdt.yjs import YjsProcess, yjs_process


@pytest.fixture(scope="session")
def yjs() -> Iterator[YjsProcess]:
    with yjs_process() as process:
        yield process
