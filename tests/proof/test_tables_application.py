"""As the application's role: what the database does not refuse is named by `verify_audit`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts import actions
from accounts.callers import foundry_caller
from accounts.models import User
from audit.services import Target, record
from tests.proof.tables import (
    CHANGES_BY_THEMSELVES,
    EMPTY,
    ROUNDS,
    TABLES,
    findings,
    is_named,
    is_told,
    named,
)
from tests.proof.tampering import Change, planting, removal, rolled_back, run
from tests.proof.world import World

Application = Callable[[str], bool]


@pytest.mark.parametrize("changes", ROUNDS, ids=range(len(ROUNDS)))
def test_c02_c15_c16_c19_c20_c21_c22_c23_c24_changed_columns_of_several_tables_are_each_refused_or_named(
    world: World, application: Application, changes: list[Change]
):
    """By table and column; one that is not is changed by itself, and named by its table."""
    allowed = [change for change in changes if is_allowed(application, change)]
    with rolled_back():
        made = [change for change in allowed if application(change.sql)]
        found = findings() if made else []
    unnamed = []
    for change in allowed:
        if change not in made or not is_told(change, found, world.before):
            with rolled_back():
                if application(change.sql) and not is_named(change.model, world.before):
                    unnamed.append(named(change))
    assert unnamed == []


def is_allowed(application: Application, change: Change) -> bool:
    """Whether the database lets the application do it while nothing else is changed."""
    with rolled_back():
        return application(change.sql)


@pytest.mark.parametrize("change", CHANGES_BY_THEMSELVES, ids=named)
def test_c02_c15_c16_c19_c20_c21_c22_c23_c24_a_changed_column_is_refused_or_named(
    world: World, application: Application, change: Change
):
    with rolled_back():
        assert not application(change.sql) or is_named(change.model, world.before), findings()


@pytest.mark.parametrize("name", sorted(set(TABLES) - EMPTY))
def test_c02_a_removed_row_is_refused_or_named(world: World, application: Application, name: str):
    table = TABLES[name]
    with rolled_back():
        assert not application(removal(table.model)) or is_named(table.model, world.before), findings()


@pytest.mark.parametrize("name", sorted(set(TABLES) - EMPTY - {"locking_session"}))
def test_c02_a_planted_row_is_refused_or_named(world: World, application: Application, name: str):
    table = TABLES[name]
    with rolled_back():
        assert not application(planting(table.model, table.key)) or is_named(table.model, world.before), findings()


def test_c02_an_event_that_changes_an_account_does_not_make_one(world: World):
    """Who may insert events could otherwise give a planted row the half of its story that is easy to tell."""
    with rolled_back():
        run(planting(User, ("id", "username")))
        planted = User.objects.latest("id")
        data = {"before": {}, "after": {"display_name": planted.display_name}}
        target = Target.of("user", planted.id)
        record(caller=foundry_caller(), action=actions.ACCOUNT_CHANGED, target=target, data=data)

        assert f"account {planted.id}: no event recorded it" in findings()
