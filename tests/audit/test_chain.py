"""The chain: made by Postgres, refused to everybody, verified in Python."""

from __future__ import annotations

import hashlib

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.chain import link_hash
from audit.models import Event
from audit.verification import verify_chain
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from tests.writers import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(project, editor, caller_for) -> Writer:
    writer = Writer(caller_for(editor), project)
    writer.save({"prompt_text": "one"}, writer.take())
    with connection.cursor() as cursor:
        # The checks that wait for the commit, now: pending ones keep TRUNCATE from reaching its trigger.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return writer


@pytest.fixture
def without_triggers():
    """A tampering owner of the tables: protections off, for the rest of this test's transaction."""
    with connection.cursor() as cursor:
        for table in ("audit_event", "drafts_draft", "blobs_blob", "locking_lease"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor


def test_a_chain_begins_with_its_owner_and_links_every_event(writer: Writer):
    events = list(Event.objects.of_project(writer.project.id))

    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert events[0].action == "member.added"
    previous = hashlib.sha256(str(writer.project.id).encode()).digest()
    for event in events:
        assert bytes(event.prev_hash) == previous
        previous = link_hash(prev_hash=previous, seq=event.seq, at=event.at, canonical=event.canonical)
        assert bytes(event.hash) == previous
    assert verify_chain(str(writer.project.id)).finding is None


@pytest.mark.parametrize("table", ["audit_event", "drafts_draft", "blobs_blob", "locking_lease", "audit_site"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_c08_nothing_on_record_can_be_removed(writer: Writer, table: str, statement: str):
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET canonical = canonical",
        "UPDATE drafts_draft SET message = 'better'",
        "UPDATE blobs_blob SET data = 'x'",
        "UPDATE locking_lease SET field = 'files/x'",
    ],
)
def test_c08_nothing_on_record_can_be_changed(writer: Writer, statement: str):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_event SET canonical = replace(canonical, 'prompt_text', 'prompt_texf') WHERE seq = 5", "#5"),
        ("UPDATE audit_event SET at = at + interval '1 microsecond' WHERE seq = 2", "#2"),
        ("DELETE FROM audit_event WHERE seq = 3", "event 3 is missing"),
        ("UPDATE drafts_draft SET message = 'better'", "its message was changed"),
        ("UPDATE drafts_draft SET created_at = created_at + interval '1 second'", "its created at was changed"),
        (
            'UPDATE drafts_draft SET files = \'{"a": {"sha256": "", "media_type": "", "language": null}}\'',
            "content hash",
        ),
        ("UPDATE blobs_blob SET data = data || 'x'", "its content was changed"),
        ("UPDATE projects_project SET current_draft_id = NULL; DELETE FROM drafts_draft", "it recorded is gone"),
        ("UPDATE locking_lease SET field = 'files/x'", "no event recorded it"),
    ],
)
def test_c02_verify_audit_names_what_was_changed(writer: Writer, without_triggers, statement: str, found: str):
    without_triggers.execute(statement)

    with pytest.raises(CommandError, match=found):
        call_command("verify_audit")


def test_an_event_that_names_no_chain_is_refused():
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_event (canonical) VALUES ('{}')")


NOT_CANONICAL = {
    "a name twice": lambda text: text.replace('"action":', '"action":"x","action":', 1),
    "a name twice, deeper": lambda text: text.replace('"data":{', '"data":{"x":{"y":1,"y":2},', 1),
    "white space": lambda text: text.replace(":", ": ", 1),
    "names out of order": lambda text: '{"zz":1,' + text[1:],
    "names out of order, deeper": lambda text: text.replace('"data":{', '"data":{"a":[{"c":1,"b":2}],', 1),
    "another spelling of a number": lambda text: text.replace('"v":2', '"v":2.0'),
    "an integer that no double holds": lambda text: text.replace('"v":2', '"v":9007199254740993'),
    "another spelling of a character": lambda text: text.replace('"action":"draft', '"action":"\\u0064raft'),
    "too deep": lambda text: text.replace('"data":{', '"data":{"a":' + "[" * 120 + "]" * 120 + ",", 1),
    "no object": lambda text: "[]",
}


@pytest.mark.parametrize("change", NOT_CANONICAL.values(), ids=NOT_CANONICAL.keys())
def test_a_text_that_would_never_verify_is_refused(writer: Writer, change):
    """Otherwise one insertion would leave the chain broken for ever: nothing on it can be taken back."""
    text = change(Event.objects.of_project(writer.project.id).latest("seq").canonical)

    with pytest.raises(DatabaseError, match="RFC 8785"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_event (canonical) VALUES (%s)", [text])


def test_what_the_product_spells_is_never_refused():
    values = {"a": [0, -1, 2**53 - 1 >> 4, 0.1, -2.5], "b": {"é": '\n\x1f"\\/', "\U0001f600": None}, "c": " : 1.0 {"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_is_canonical(%s)", [canonical(values)])
        assert cursor.fetchone() == (True,)


def test_a_chain_that_was_poisoned_before_is_named(writer: Writer, without_triggers):
    """Made by a database that did not yet refuse it: the event links, and its text is no JSON that means one thing."""
    last = Event.objects.of_project(writer.project.id).latest("seq")
    text = NOT_CANONICAL["a name twice"](last.canonical)
    at = timezone.now()
    digest = link_hash(prev_hash=bytes(last.hash), seq=last.seq + 1, at=at, canonical=text)
    without_triggers.execute(
        "INSERT INTO audit_event (canonical, seq, at, prev_hash, hash) VALUES (%s, %s, %s, %s, %s)",
        [text, last.seq + 1, at, bytes(last.hash), digest],
    )

    with pytest.raises(CommandError, match=f"#{last.seq + 1}: its text is not I-JSON: .*duplicate key"):
        call_command("verify_audit")


FORBIDDEN = ['{"a": NaN}', '{"a": 1, "a": 2}', '"\\ud800"', '"\\u0000"', "[" * 101, "9007199254740993", "1e400"]


@pytest.mark.parametrize("text", FORBIDDEN)
def test_strict_json_refuses_what_i_json_forbids(text: str):
    from kernel.ijson import parse

    with pytest.raises(ValidationFailed):
        parse(text)
