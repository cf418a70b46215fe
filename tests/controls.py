"""Keeps what the tests of the controls said, for ``manage.py controls``. Its hooks are ``conftest.py``'s."""

from __future__ import annotations

import os

import pytest

from foundry_site.controls.results import build, controls_of, write_results
from tests.services import worker

_outcomes: dict[str, str] = {}
_build: list[str] = []


def pytest_collection_finish(session: pytest.Session) -> None:
    """Name the build before the first test: whoever edits meanwhile makes another one."""
    if worker() is None:
        _build[:] = [build()]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test of a control; one that fails to be set up or taken down has failed."""
    name = report.nodeid.rsplit("::", 1)[-1]
    if worker() is None and controls_of(name) and (report.when == "call" or report.outcome != "passed"):
        earlier = _outcomes.get(report.nodeid)
        _outcomes[report.nodeid] = "failed" if "failed" in {earlier, report.outcome} else report.outcome


def pytest_sessionfinish(session: pytest.Session) -> None:
    # What is said while a control is taken out (`tests/controls_out`) is not said of this build.
    if worker() is None and _outcomes and _build and "FOUNDRY_CONTROL_OUT" not in os.environ:
        write_results(_outcomes, of_build=_build[0])
