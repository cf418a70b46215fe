"""Tests that commit, in whatever order, cannot make one fail that verifies the whole database."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from audit.models import Event
from projects.models import Project
from tests import databases
from tests.cast import new_user
from tests.leftovers import CleanDatabase


def test_the_shared_database_never_verifies_as_a_whole(committed_db: None, owner: User) -> None:
    with pytest.raises(CommandError, match="its events say 'Shared by tests that commit: take own_db"):
        call_command("verify_audit")


def test_what_a_test_with_a_database_of_its_own_commits_verifies(own_db: str, owner: User) -> None:
    assert owner in User.objects.all()
    assert not Project.objects.exists()
    call_command("verify_audit", verbosity=0)


def test_nothing_is_ever_committed_to_the_clean_database(shared_database: str, db: None) -> None:
    assert connection.settings_dict["NAME"] == databases.current() != shared_database
    assert not Event.objects.exists()


def test_what_is_committed_to_the_clean_database_is_noticed_once(own_db: str) -> None:
    clean = CleanDatabase()
    with clean.watched(databases.current()):
        assert not clean.left()
        new_user("somebody")
        assert clean.left()
        assert not clean.left()
