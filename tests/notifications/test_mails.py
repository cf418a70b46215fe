"""Mails for those who want them: queued with the line that they are about, sent by the worker, and no text in them."""

from __future__ import annotations

import asyncio
import email
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.callers import Caller
from accounts.models import User
from audit.event_types import INBOX_LINES
from drafts.events import MENTIONED
from drafts.tasks.services import create_task
from notifications.mails import send
from notifications.models import Notification
from notifications.services import mark_all_read, notify, set_preferences
from projects.models import Project
from projects.services import remove_member
from tests.audit.test_jobs import work

Callers = Callable[..., Caller]
SITE = "https://foundry.example"
SECRET = "Dose 60 mg"


@pytest.fixture(autouse=True)
def mailing(settings: Any) -> None:
    settings.FOUNDRY_SENDS_MAIL = True
    settings.FOUNDRY_ORIGIN = SITE


@pytest.fixture
def give(project: Project, owner: User, editor: User, caller_for: Callers) -> Callable[[], Notification]:
    def give() -> Notification:
        create_task(caller=caller_for(owner), project_id=project.id, text=SECRET, assignee_id=editor.id)
        return Notification.objects.filter(recipient=editor).order_by("id").last()  # type: ignore[return-value]

    return give


def jobs() -> list[str]:
    return [job.args["notification_id"] for job in ProcrastinateJob.objects.filter(task_name__endswith="notification")]


@pytest.mark.django_db
class TestWithoutWorker:
    def test_a_name_adds_no_line_to_a_mail(
        self, give: Callable[[], Notification], project: Project, owner: User, editor: User, caller_for: Callers
    ) -> None:
        """A name from before names were held to one line."""
        Project.objects.filter(pk=project.id).update(name="A\nBcc: all@example.org\u202e")
        User.objects.filter(pk=owner.id).update(display_name="Mara\n\nYour account is closed")
        set_preferences(caller=caller_for(editor), topics=["task"], address="me@example.org")

        send(give().id)

        (sent,) = mail.outbox
        assert "\n" not in sent.subject
        assert "\u202e" not in sent.subject + str(sent.body)
        assert not {"Bcc: all@example.org", "Your account is closed."} & set(str(sent.body).splitlines())

    def test_nobody_gets_mail_who_did_not_ask_for_it(
        self, give: Callable[[], Notification], editor: User, caller_for: Callers
    ) -> None:
        give()
        set_preferences(caller=caller_for(editor), topics=["comment"], address="me@example.org")
        give()
        assert jobs() == []

    def test_what_somebody_chose_is_queued_with_it(
        self, give: Callable[[], Notification], editor: User, caller_for: Callers
    ) -> None:
        set_preferences(caller=caller_for(editor), topics=["task"], address="me@example.org")
        with transaction.atomic():
            give()
            transaction.set_rollback(True)
        assert jobs() == []
        row = give()
        assert jobs() == [str(row.id)]

    def test_a_mail_says_who_and_where_with_a_link_and_nothing_of_the_text(
        self, give: Callable[[], Notification], editor: User, owner: User, project: Project, caller_for: Callers
    ) -> None:
        set_preferences(caller=caller_for(editor), topics=["task"], address="me@example.org")
        row = give()
        send(row.id)
        (sent,) = mail.outbox
        assert sent.to == ["me@example.org"]
        assert sent.subject == f"{owner.display_name} assigned you a task · {project.name}"
        assert f"\n{SITE}/inbox/{row.id}/\n" in sent.body
        assert f"{SITE}/account/" in sent.body
        assert SECRET not in str(sent.message())

    def test_the_accounts_own_address_will_do(
        self, give: Callable[[], Notification], editor: User, caller_for: Callers
    ) -> None:
        User.objects.filter(pk=editor.pk).update(email="editor@example.org")
        editor.refresh_from_db()
        set_preferences(caller=caller_for(editor), topics=["task"])
        send(give().id)
        assert mail.outbox[0].to == ["editor@example.org"]

    def test_what_was_read_or_hidden_or_is_no_longer_wanted_is_not_sent(
        self, give: Callable[[], Notification], editor: User, owner: User, project: Project, caller_for: Callers
    ) -> None:
        caller = caller_for(editor)
        set_preferences(caller=caller, topics=["task"], address="me@example.org")
        read = give()
        mark_all_read(caller=caller)
        send(read.id)
        unwanted = give()
        set_preferences(caller=caller, topics=[], address="me@example.org")
        send(unwanted.id)
        set_preferences(caller=caller, topics=["task"], address="me@example.org")
        remove_member(caller=caller_for(owner), project_id=project.id, user_id=editor.id, reason="Left")
        send(unwanted.id)
        send(uuid4())
        assert mail.outbox == []

    @pytest.mark.parametrize("kind", INBOX_LINES)
    def test_every_kind_has_a_sentence(
        self, give: Callable[[], Notification], editor: User, caller_for: Callers, kind: str
    ) -> None:
        set_preferences(caller=caller_for(editor), topics=[kind.partition(".")[0]], address="me@example.org")
        row = give()
        Notification.objects.filter(pk=row.pk).update(kind=kind)
        send(row.id)
        assert "{" not in mail.outbox[0].subject


def test_notifying_outside_of_a_transaction_is_a_mistake(
    committed_db: None, make_user: Callable[..., User], caller_for: Callers
) -> None:
    user = make_user("alone")
    with pytest.raises(transaction.TransactionManagementError):
        notify(caller=caller_for(user), line=MENTIONED, recipients=[user.id], project_id=uuid4(), facts={})


@dataclass
class Letterbox:
    """A mail server on this machine, as small as SMTP lets it be (RFC 5321)."""

    letters: list[Message] = field(default_factory=list)
    port: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(words: str) -> None:
            writer.write(f"{words}\r\n".encode())

        say("220 letterbox")
        while line := await reader.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                say("354 go on")
                text = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(email.message_from_bytes(text[:-5].replace(b"\r\n..", b"\r\n.")))
            say("221 bye" if word == b"QUIT" else "250 letterbox" if word == b"EHLO" else "250 fine")
            if word == b"QUIT":
                break
        writer.close()


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    """The server, in a thread with a loop of its own."""
    box, loop = Letterbox(), asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(box.talk, "127.0.0.1", 0))
    box.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield box
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.mark.parametrize("path", ["", "/below/foundry"])
def test_the_worker_sends_it_through_a_mail_server(
    path: str,
    committed_db: None,
    process_environment: dict[str, str],
    letterbox: Letterbox,
    give: Callable[[], Notification],
    editor: User,
    caller_for: Callers,
) -> None:
    set_preferences(caller=caller_for(editor), topics=["task"], address="me@example.org")
    row = give()
    server = {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(letterbox.port),
        "EMAIL_SECURITY": "none",
        "FOUNDRY_URL": SITE + path,
    }
    work({**process_environment, **server})
    mine = [letter for letter in letterbox.letters if str(row.id) in letter.get_payload()]
    assert [letter["To"] for letter in mine] == ["me@example.org"]
    assert f"\n{SITE}{path}/inbox/{row.id}/" in str(mine[0].get_payload()).replace("\r\n", "\n")
    assert mine[0]["From"] == "Foundry <foundry@foundry.example>"
    assert mine[0]["Auto-Submitted"] == "auto-generated"
    assert str(row.id) not in jobs()
