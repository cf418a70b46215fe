"""A world that was copied is like the one that was made: nothing is missing, and everything verifies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection

from audit.verification import verify
from drafts.models import Draft
from tests.browser.people import World

Result = TypeVar("Result")


def run(work: Callable[[], Result]) -> Result:
    return work()


def counts() -> Counter[str]:
    """How many rows each table has."""
    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def test_a_copy_has_as_many_rows_as_what_was_made_and_verifies(own_db: str) -> None:
    before = counts()
    made = World("", run)
    between = counts()
    copied = World("", run)
    after = counts()

    shared = {"blobs_blob", "blobs_piece"}
    new = {table: number for table, number in (between - before).items() if table not in shared}
    assert after - between == Counter(new)
    assert new["audit_event"] > 50
    assert not verify().findings
    assert made.project.id != copied.project.id
    assert not {user.id for user in made.people.values()} & {user.id for user in copied.people.values()}
    assert versions(copied) == versions(made)


def versions(world: World) -> list[tuple[Any, ...]]:
    """Of each version, by whom it is and what it holds."""
    names = {user.id: name for name, user in world.people.items()}
    drafts = Draft.objects.filter(project=world.project).order_by("version_number")
    return [(each.version_number, names[each.author_id], each.message, each.content_hash) for each in drafts]
