"""Statements that are sent beside Django's cursors."""

from __future__ import annotations

import pytest
from django.db import DataError, transaction

from kernel.statements import run, run_together

pytestmark = pytest.mark.django_db


def test_an_error_of_a_statement_is_one_of_django_s() -> None:
    with pytest.raises(DataError), transaction.atomic():
        run(("SELECT 1 / %s::int", [0]))
    with pytest.raises(DataError), transaction.atomic():
        run_together([("SELECT 1", []), ("SELECT 1 / %s::int", [0])])
