"""Somebody who attaches files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.callers import Caller
from accounts.models import User


@pytest.fixture
def rae(reviewer: User, caller_for: Callable[..., Caller]) -> Caller:
    return caller_for(reviewer)
