"""Networks of real sites."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.network.network import TestNetwork


@pytest.fixture
def network(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[TestNetwork]:
    """A network without sites, which the test adds."""
    with django_db_blocker.unblock(), TestNetwork() as made:
        yield made
