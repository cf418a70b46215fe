"""The owner of the tables, every guard taken away: each change, removal or planted row is named by `verify_audit`."""

from __future__ import annotations

import pytest

from audit.models import Event
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


@pytest.mark.parametrize("changes", ROUNDS, ids=range(len(ROUNDS)))
def test_c02_c15_c16_c19_c20_c21_c22_c23_c24_changed_columns_of_several_tables_are_each_named(
    unguarded: World, changes: list[Change]
):
    """By table and column; one that is not is changed by itself, and named by its table."""
    with rolled_back():
        for change in changes:
            run(change.sql)
        found = findings()
    unnamed = []
    for change in changes:
        if not is_told(change, found, unguarded.before):
            with rolled_back():
                run(change.sql)
                if not is_named(change.model, unguarded.before):
                    unnamed.append(named(change))
    assert unnamed == []


@pytest.mark.parametrize("change", CHANGES_BY_THEMSELVES, ids=named)
def test_c02_c15_c16_c19_c20_c21_c22_c23_c24_a_changed_column_is_named(unguarded: World, change: Change):
    with rolled_back():
        run(change.sql)
        assert is_named(change.model, unguarded.before), findings()


@pytest.mark.parametrize("name", sorted(set(TABLES) - EMPTY))
def test_c02_a_removed_row_is_named(unguarded: World, name: str):
    with rolled_back():
        run(removal(TABLES[name].model))
        assert any(f"the {TABLES[name].name} it recorded is gone" in each for each in findings()), findings()


def test_c02_a_removed_event_is_named_by_what_it_told(unguarded: World):
    """It was the last of its chain, so that no link is missing."""
    with rolled_back():
        run(removal(Event))
        assert set(findings()) - set(unguarded.before)


@pytest.mark.parametrize("name", sorted(set(TABLES) - EMPTY - {"locking_session"}))
def test_c02_a_row_that_no_event_tells_is_named(unguarded: World, name: str):
    """But a session: one that no event names holds no lock, and gives nothing to anybody."""
    table = TABLES[name]
    with rolled_back():
        run(planting(table.model, table.key))
        found = set(findings()) - set(unguarded.before)
        assert any(f"{table.name} " in each and "no event recorded it" in each for each in found), found


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_c02_a_planted_group_or_permission_is_named(unguarded: World, name: str):
    columns = [str(each.column) for each in TABLES[name].model._meta.concrete_fields if not each.primary_key]
    with rolled_back():
        run(f"INSERT INTO {name} ({', '.join(columns)}) SELECT id, 1 FROM accounts_user LIMIT 1")
        assert any("no event recorded it" in each for each in set(findings()) - set(unguarded.before))
