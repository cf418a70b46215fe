"""Tries at the same moment cannot slip through together (control c17)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.callers import Caller
from accounts.lockout import Purpose, attempt
from accounts.models import User
from kernel.errors import RateLimited


@pytest.mark.usefixtures("committed_db")
def test_c17_no_more_are_checked_than_may_fail(make_user: Callable[..., User]) -> None:
    user = make_user("target")
    caller = Caller(user=user, via="browser", credential="cookie:x")

    def is_checked(_: int) -> bool:
        try:
            with attempt(purpose=Purpose.SIGNING, caller=caller, user=user):
                return True
        except RateLimited:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        checked = list(threads.map(is_checked, range(24)))
    assert sum(checked) == 5
