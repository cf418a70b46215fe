"""What pages say of scripts on change."""

from __future__ import annotations

from typing import Any

import pytest

from projects.models import Member, Role
from stages.automation.reading.changes import OnChange, on_change_of
from stages.automation.reading.scripts import scripts_of
from stages.automation.services import on_change
from stages.automation.services.changes import recover_changes
from stages.automation.services.scripts import Saved
from tests.automation.changes.conftest import COPY, LOG, ChangeDesk

pytestmark = pytest.mark.django_db


def state_of(desk: ChangeDesk, saved: Saved) -> OnChange:
    return on_change_of(desk.project.id, scripts_of(desk.project.id))[saved.script_id]


def test_a_script_that_watches_nothing_and_one_that_is_on(desk: ChangeDesk, django_assert_max_num_queries: Any) -> None:
    nothing = desk.save(LOG, name="nothing")
    saved = desk.watch("contacts.email", "cast", grants={"read": ["contacts.email"]}, source=COPY)
    desk.create({"email": "a"}, facet="contacts")
    assert state_of(desk, nothing)[:5] == ((), (), "none", "", 0)
    found = state_of(desk, saved)
    assert (found.triggers, found.unread) == (("contacts.email", "cast"), ("cast",))
    assert (found.state, found.waiting, found.since is not None, found.proposal) == ("on", 1, True, None)
    listed = scripts_of(desk.project.id)
    with django_assert_max_num_queries(4):
        on_change_of(desk.project.id, listed)


def test_its_open_proposal_is_named(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email", source=COPY)
    desk.create({"email": "A"}, facet="contacts")
    desk.follow(saved)
    assert state_of(desk, saved).proposal == desk.open_one()


def test_one_that_failed_says_why_and_one_that_was_switched_off_does_not(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email", source="error('out of paper')")
    desk.create({"email": "a"}, facet="contacts")
    for _number in range(3):
        desk.follow(saved)
    found = state_of(desk, saved)
    assert (found.state, found.waiting, "out of paper" in found.reason) == ("failed", 1, True)
    desk.switch(saved, is_on=False)
    assert state_of(desk, saved)[2:4] == ("off", "")


def test_one_that_is_paused_names_who_switched_it_on(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email")
    Member.objects.filter(project=desk.project, user=desk.caller.user).update(role=Role.OWNER)
    Member.objects.filter(project=desk.project, user=desk.owner.user).update(role=Role.EDITOR)
    recover_changes()
    found = state_of(desk, saved)
    assert (found.state, desk.owner.user.display_name in found.reason) == ("paused", True)


def test_one_whose_proposal_is_full_names_it(desk: ChangeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_change, "MAX_CHANGES_OF_PROGRAM", 1)
    saved = desk.watch("contacts.email", source=COPY)
    for value in ("A", "B"):
        desk.create({"email": value}, facet="contacts")
        desk.follow(saved)
    found = state_of(desk, saved)
    assert (found.state, str(desk.open_one()) in found.reason, found.waiting) == ("full", True, 1)
