"""Tables rebuilt from events: what older events do not tell, and chains that are nobody's."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.services import create_token
from audit import services
from audit.models import Event
from audit.verification import verify
from kernel.canonical import canonical
from locking.models import Lease
from tests.writers import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch, make_user, make_project, caller_for) -> Writer:
    """A project, a token and an ended lock whose events are of the version that did not tell everything."""
    monkeypatch.setattr(services, "EVENT_VERSION", 1)
    editor = make_user("editor")
    create_token(caller=caller_for(editor, proven_at=timezone.now()), name="IDE")
    writer = Writer(caller_for(editor), make_project(members={"editor": editor}))
    writer.take()
    writer.give_back()
    return writer


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE locking_lease DISABLE TRIGGER USER")
        cursor.execute(sql)


def test_facts_that_older_events_do_not_tell_are_said_to_be_not_compared(older: Writer):
    told = StringIO()
    call_command("verify_audit", stdout=told)

    assert verify().not_compared["token", "digest"] >= 1
    assert "Not compared (recorded before events carried it): digest of 1 token" in told.getvalue()


def test_what_older_events_do_tell_is_compared(older: Writer):
    run("UPDATE accounts_personalaccesstoken SET name = 'Another'")
    with pytest.raises(CommandError, match=r"token .*: its name was changed"):
        call_command("verify_audit")


def test_an_older_lease_whose_end_was_moved_is_named(older: Writer):
    run("UPDATE locking_lease SET ended_at = ended_at + interval '3 days'")
    with pytest.raises(CommandError, match=r"lease .*: its ended at was changed: its events say shortly before"):
        call_command("verify_audit")


def test_leases_that_are_gone_are_named(older: Writer):
    assert Lease.objects.exists()
    run("DELETE FROM locking_lease")
    with pytest.raises(CommandError, match="the lease it recorded is gone"):
        call_command("verify_audit")


@pytest.mark.parametrize(
    ("chain", "found"), [("0197f0d4-0000-7000-8000-000000000000", "the project it recorded is gone"), ("mine", "badly")]
)
def test_a_chain_that_is_nobody_s_is_named(older: Writer, chain: str, found: str):
    fact = Event.objects.of_project(older.project.id).latest("seq").record
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_event (canonical) VALUES (%s)", [canonical({**fact, "chain": chain})])
    with pytest.raises(CommandError, match=f"{chain}#1: .*{found}"):
        call_command("verify_audit")


def test_an_event_that_does_not_say_what_it_should_is_named_and_not_stumbled_over(older: Writer):
    fact = Event.objects.of_project(older.project.id).filter(action="lock.released").latest("seq").record
    del fact["data"]["token"]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_event (canonical) VALUES (%s)", [canonical(fact)])
    with pytest.raises(CommandError, match=r"it does not say what an event of the action lock\.released says"):
        call_command("verify_audit")


def test_an_action_that_was_hidden_behind_a_column_is_named(older: Writer):
    """The column is generated, until somebody drops the expression; what it hid is told by the text."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_event ALTER action DROP EXPRESSION")
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_event SET action = 'x' WHERE action = 'token.created'")
        cursor.execute("ALTER TABLE accounts_personalaccesstoken DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM accounts_personalaccesstoken")
    with pytest.raises(CommandError, match=r"the column action was changed: its text says .token\.created."):
        call_command("verify_audit")
