"""Reviews of the audit trail by quality assurance, themselves on record (control c24)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.callers import Caller
from accounts.models import User
from accounts.services import deactivate_account
from audit import services as recording
from audit.models import SITE_CHAIN, Event
from audit.reviews.models import MAX_FINDINGS, Review
from audit.reviews.services import record_review
from kernel.errors import ClientRefReused, NotFound, PermissionDenied, ValidationFailed
from projects.models import Project
from tests.event_payload import event_payload
from tests.writers import Writer

pytestmark = pytest.mark.django_db

COLUMNS = "chain, from_seq, to_seq, from_hash, to_hash, findings, fault, reviewed_at, reviewer_id"


@pytest.fixture
def chain(project: Project, editor: User, caller_for) -> str:
    """The chain of a project in which something was saved."""
    writer = Writer(caller_for(editor), project)
    writer.save({"prompt_text": "one"}, writer.take())
    return str(project.id)


@pytest.fixture
def auditor(make_user) -> Caller:
    return Caller(user=make_user("auditor", is_auditor=True), via="browser", address="10.4.7.22")


@pytest.fixture
def tampering(chain: str):
    """The owner of the tables, with the protections off, for the rest of this test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("audit_event", "audit_review"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_frozen")
        yield cursor


def review(auditor: Caller, chain: str, first: int = 1, last: int = 5, findings: str = "") -> Review:
    return record_review(caller=auditor, chain=chain, from_seq=first, to_seq=last, findings=findings)


def test_c24_a_review_says_who_read_which_events_and_what_they_found(chain: str, auditor: Caller):
    made = review(auditor, chain, 2, 5, " The lock at 4 was\r\ntaken twice. ")

    ends = [bytes(Event.objects.get(chain=chain, seq=seq).hash) for seq in (2, 5)]
    stored = Review.objects.get()
    assert (stored.chain, stored.from_seq, stored.to_seq, stored.reviewer_id) == (chain, 2, 5, auditor.user.id)
    assert [bytes(stored.from_hash), bytes(stored.to_hash)] == ends
    assert (stored.findings, stored.fault) == ("The lock at 4 was\ntaken twice.", "")
    event = Event.objects.of_project(Project.objects.get().id).latest("seq")
    assert (event.action, event.target_id, event.at) == ("audit.reviewed", str(made.id), stored.reviewed_at)
    assert event.data["findings"] == stored.findings
    assert [event.data["from_hash"], event.data["to_hash"]] == [digest.hex() for digest in ends]
    assert event.record["address"] == "10.4.7.22"
    call_command("verify_audit")


def test_c24_it_may_say_that_nothing_was_found(chain: str, auditor: Caller):
    assert review(auditor, chain).is_without_findings
    assert not review(auditor, chain, findings="Something").is_without_findings


def test_c24_everybody_in_the_project_sees_up_to_where_but_not_what(chain: str, auditor: Caller):
    review(auditor, chain, findings="Secret")

    live = event_payload(Event.objects.chain(chain).latest("seq"))

    assert live["data"] == {"from_seq": 1, "to_seq": 5}


def test_c24_the_chain_of_the_site_is_reviewed_too(auditor: Caller):
    made = review(auditor, SITE_CHAIN, 1, 1)

    assert Event.objects.chain(SITE_CHAIN).latest("seq").target_id == str(made.id)


def test_c24_only_people_who_are_auditors_review(chain: str, auditor: Caller, owner, make_user, caller_for):
    machine = make_user("reader", kind="agent", is_auditor=True)
    administrator = make_user("admin", is_administrator=True)
    closed = make_user("gone", is_auditor=True)
    deactivate_account(caller=caller_for(administrator), user_id=closed.id)

    for user in (owner, machine, administrator, closed):
        with pytest.raises(PermissionDenied):
            review(caller_for(user), chain)
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "field"), [(0, 3, "from_seq"), (3, 2, "to_seq"), (1, 99, "to_seq"), (99, 99, "from_seq")]
)
def test_c24_a_range_that_does_not_exist_is_refused(chain: str, auditor: Caller, first: int, last: int, field: str):
    with pytest.raises(ValidationFailed) as refusal:
        review(auditor, chain, first, last)

    assert set(refusal.value.errors) == {field}


@pytest.mark.parametrize("name", ["0192f0c8-0000-7000-8000-000000000000", "nothing", ""])
def test_c24_there_must_be_such_a_chain(auditor: Caller, name: str):
    with pytest.raises(NotFound):
        review(auditor, name)


@pytest.mark.parametrize("findings", ["x" * (MAX_FINDINGS + 1), "nul\0", 3])
def test_findings_are_text_of_some_length(chain: str, auditor: Caller, findings):
    with pytest.raises(ValidationFailed):
        review(auditor, chain, findings=findings)


def test_c24_a_range_that_does_not_verify_says_so(chain: str, auditor: Caller, tampering):
    tampering.execute("UPDATE audit_event SET at = at + interval '1 second' WHERE chain = %s AND seq = 3", [chain])

    broken = review(auditor, chain)
    after_it = review(auditor, chain, 5, 5)

    assert broken.fault == f"{chain}#3: its content or time was changed: the hash does not fit"
    assert not broken.is_without_findings
    assert after_it.fault == ""


def test_c06_no_event_no_review(chain: str, auditor: Caller, monkeypatch):
    def refuse(*_: object) -> None:
        raise RuntimeError("the chain is full")

    monkeypatch.setattr(recording, "_append", refuse)
    with pytest.raises(RuntimeError):
        review(auditor, chain)

    assert not Review.objects.exists()


def test_the_same_reference_is_one_review(chain: str, auditor: Caller):
    caller = Caller(user=auditor.user, via="browser", client_ref=uuid4())

    assert review(caller, chain) == review(caller, chain)
    with pytest.raises(ClientRefReused):
        review(caller, chain, findings="Something else")
    assert Review.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_review SET findings = ''", "DELETE FROM audit_review", "TRUNCATE audit_review"],
)
def test_c08_c24_a_review_cannot_be_changed_or_removed(chain: str, auditor: Caller, statement: str):
    review(auditor, chain)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_review SET findings = 'none'", "its findings was changed"),
        ("UPDATE audit_review SET to_hash = from_hash", "its to hash was changed"),
        ("UPDATE audit_review SET reviewed_at = reviewed_at - interval '1 day'", "its reviewed at was changed"),
        ("DELETE FROM audit_review", "the review it recorded is gone"),
        (f"INSERT INTO audit_review SELECT gen_random_uuid(), {COLUMNS} FROM audit_review", "no event recorded it"),
    ],
)
def test_c02_c24_verify_audit_finds_a_changed_review(
    chain: str, auditor: Caller, tampering, statement: str, found: str
):
    review(auditor, chain, findings="Something")
    tampering.execute(statement)

    with pytest.raises(CommandError, match=found):
        call_command("verify_audit")
