"""A plugin of pytest that takes one control out for a whole run, named by `FOUNDRY_CONTROL_OUT`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import psycopg
import pytest
from _pytest.monkeypatch import derive_importpath
from pytest_django import DjangoDbBlocker

from tests import databases
from tests.controls_out.out import Out
from tests.controls_out.table import OUT

VARIABLE: Final = "FOUNDRY_CONTROL_OUT"
RESULT: Final = "FOUNDRY_CONTROL_RESULT"

_outcomes: dict[str, set[str]] = {}


@pytest.fixture(scope="session", autouse=True)
def control_out(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The product without the control."""
    out = next(each for each in OUT if each.name == os.environ[VARIABLE])
    with django_db_blocker.unblock():
        _change_database(out)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(databases, "new", _without(out, databases.new))
        for path, value in out.patches:
            patch.setattr(path, value)
        for path, wrap in out.wraps:
            name, holder = derive_importpath(path, raising=True)
            patch.setattr(path, wrap(getattr(holder, name)))
        yield


def _without(out: Out, new: Callable[..., str]) -> Callable[..., str]:
    """Databases that tests make for themselves lack the control, too."""

    def new_without(*, template: str) -> str:
        name = new(template=template)
        if out.sql and template != "template0":
            with psycopg.connect(databases.address(name), autocommit=True) as connection:
                connection.execute(out.sql)
        return name

    return new_without


def _change_database(out: Out) -> None:
    from django.db import connection

    if out.sql:
        with connection.cursor() as cursor:
            cursor.execute(out.sql)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how each test function ended; one that was not even set up has proven nothing."""
    if report.when == "call" or report.outcome != "passed":
        test = report.nodeid.split("[", 1)[0]
        outcome = report.outcome if report.when == "call" else "not set up"
        _outcomes.setdefault(test, set()).add(outcome)


def pytest_sessionfinish() -> None:
    told = {test: sorted(outcomes) for test, outcomes in _outcomes.items()}
    Path(os.environ[RESULT]).write_text(json.dumps(told), encoding="utf-8")
