"""A migration that a release has applied stays as it is: a database that has it never gets what is changed in it."""

from __future__ import annotations

import re

import pytest

from tests.migrations import release
from tests.migrations.recorded import Key, migrations_now, own_apps, parsed, replaced_now, texts_now

# Where an app was renamed since: its label at the last release, and now.
RENAMED_APPS: dict[str, str] = {}
RECORDED = parsed(release.MIGRATIONS.read_text())


def now(key: Key) -> Key:
    return RENAMED_APPS.get(key[0], key[0]), key[1]


def applied() -> set[Key]:
    """What the last release's database says that it has applied."""
    table = release.sql().partition("COPY public.django_migrations ")[2].partition("\n\\.\n")[0]
    return {(app, name) for app, name in re.findall(r"^\d+\t(\w+)\t(\w+)\t", table, re.MULTILINE)}


def test_the_recorded_migrations_are_those_that_the_database_has_applied() -> None:
    own = {key for key in applied() if now(key)[0] in own_apps()}
    assert own == RECORDED.keys()


def test_every_applied_migration_is_there_or_squashed() -> None:
    gone = {now(key) for key in RECORDED} - migrations_now().keys()
    assert gone <= replaced_now()


@pytest.mark.django_db
def test_no_applied_migration_does_anything_else_than_when_it_was_released() -> None:
    """Where this fails, take the change out of the migration and make a new one of it."""
    found = texts_now()
    kept = {key: text for key, text in RECORDED.items() if now(key) in found}
    assert {key: found[now(key)] for key in kept} == kept


def test_a_change_of_sql_or_of_a_python_step_is_noticed() -> None:
    """What the test above compares holds both."""
    texts = "\n".join(RECORDED.values())
    assert "CREATE TRIGGER audit_event_frozen BEFORE UPDATE OR DELETE ON audit_event" in texts
    assert "-- python def make_service_user(apps, schema_editor):" in texts
