"""Many requests that each start from the same database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from accounts.models import User
from tests import databases
from tests.cast import CASTS, new_user


@contextmanager
def rolled_back() -> Iterator[None]:
    """Roll back what is written inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def prepared_matrix(blocker: DjangoDbBlocker) -> Iterator[dict[str, User]]:
    """Prepare the people of the matrix, and an administrator, for all tests of a module.

    In a transaction that nobody commits: each test's own is inside it. For a fixture of the module that depends on
    `database_of_the_module`.
    """
    with blocker.unblock(), rolled_back():
        # Tests may be long about what they do between two statements.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cast = CASTS[databases.current()]
        yield {**cast.fetch(cast.matrix), "administrator": new_user("administrator", is_administrator=True)}
    connection.close()
