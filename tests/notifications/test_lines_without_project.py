"""A line that is about no project: for its recipient, whatever they may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.html import escape

from accounts.callers import Caller
from accounts.models import User
from audit.event_types import INBOX_LINES, InboxLine, register_inbox_lines
from notifications.mails import send
from notifications.models import Notification, Preferences, count_unread
from notifications.services import mark_read, notify, resolve

pytestmark = [pytest.mark.django_db, pytest.mark.empty_site]

EXPIRING = InboxLine(
    "token.expiring",
    title="A token of yours expires",
    icon="bell",
    mail="{name} says that a token of yours expires",
    sentence="{name} says that {thing} expires",
    thing=lambda facts: facts["token"],
    link=lambda project_id, facts: "/account/",
)


@pytest.fixture
def line() -> Iterator[InboxLine]:
    with INBOX_LINES.replaced(INBOX_LINES):
        register_inbox_lines(EXPIRING)
        yield EXPIRING


@pytest.fixture
def row(line: InboxLine, outsider: User, owner: User, caller_for: Callable[..., Caller]) -> Notification:
    facts = {"token": "reader-ci"}
    for _ in range(2):
        notify(caller=caller_for(owner), line=line, recipients=[outsider.id], project_id=None, facts=facts)
    return Notification.objects.get(recipient=outsider)


def test_its_recipient_reads_it_and_nobody_else(
    row: Notification, outsider: User, editor: User, caller_for: Callable[..., Caller]
) -> None:
    assert (row.project_id, row.chain) == (None, "site")
    assert count_unread(outsider) == 1
    assert count_unread(editor) == 0
    mark_read(caller=caller_for(outsider), notification_id=row.id)
    assert count_unread(outsider) == 0


def test_the_page_shows_it_and_leads_to_its_place(row: Notification, outsider: User, client: Client) -> None:
    client.force_login(outsider)
    page = client.get("/inbox/").content.decode()
    assert f"says that <strong>{escape('reader-ci')}</strong> expires" in page
    assert client.get(f"/inbox/{row.id}/")["Location"] == "/account/"


def test_the_api_tells_it_without_a_project(row: Notification, outsider: User, client: Client) -> None:
    client.force_login(outsider)
    (line,) = client.get("/api/v1/inbox/").json()["results"]
    assert (line["kind"], line["project"], line["facts"]) == ("token.expiring", None, {"token": "reader-ci"})


def test_it_goes_by_mail_without_a_project(row: Notification, outsider: User) -> None:
    Preferences.objects.create(user=outsider, topics=["token"], address="me@example.org")
    send(row.id)
    assert mail.outbox[0].subject == "Owner says that a token of yours expires"
    assert "Project:" not in mail.outbox[0].body


def test_it_is_settled_as_others_are(row: Notification, line: InboxLine, outsider: User) -> None:
    resolve(line=line, project_id=None, facts={"token": "another"})
    assert count_unread(outsider) == 1
    resolve(line=line, project_id=None, facts={"token": "reader-ci"})
    assert count_unread(outsider) == 0


def test_a_kind_that_is_not_registered_is_refused(
    owner: User, outsider: User, caller_for: Callable[..., Caller]
) -> None:
    with pytest.raises(LookupError, match=r"'token.expiring' is not registered"):
        notify(caller=caller_for(owner), line=EXPIRING, recipients=[outsider.id], project_id=None, facts={})


@pytest.mark.parametrize("kind", ["token", "Token.expiring", "token.expiring.now", ""])
def test_the_database_takes_kinds_of_one_form_only(kind: str, owner: User, outsider: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Notification.objects.create(recipient=outsider, actor=owner, kind=kind, chain="site")


@pytest.mark.parametrize("topics", [["Token"], ["token", ""], ["a,B"]])
def test_the_database_takes_topics_of_one_form_only(topics: list[str], outsider: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Preferences.objects.create(user=outsider, topics=topics)
