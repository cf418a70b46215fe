"""A site with a row of every kind: what the last release's database holds beside the demo."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.test import Client, override_settings
from django_redis import get_redis_connection

from accounts.callers import foundry_caller
from accounts.factors import remove_factors
from accounts.models import Kind, User
from accounts.services import create_account, create_token, deactivate_account, reactivate_account, set_shortcuts
from accounts.suspension import restore_signing
from audit.chain_verification.services import record_verifications
from audit.checkpoints.services import make_checkpoint
from audit.keys.rotation import rotate_site_key
from audit.reviews.services import record_review
from drafts.comments.services import create_comment
from drafts.exchange.exporting import export_project
from drafts.exchange.git.history import Selection
from drafts.exchange.git.importing import import_repository
from drafts.exchange.git.repository import Repository
from drafts.exchange.importing import import_project
from drafts.services import undo_draft
from drafts.tasks.services import create_task
from drafts.unsent.services import keep_unsent_text
from locking import redis_locks
from locking.models import EndReason, Session
from locking.services import Lock, request_lock, revoke_locks, take_over_lock
from locking.sessions import close_connection, resume_session
from locking.sweeper import sweep_once
from locking.working_copies import put_working_copy
from notifications.services import mark_all_read, set_preferences
from projects.services import add_member, archive_project, create_project, remove_member, reopen_project
from tests.accounts.pages import add_codes, add_passkey, sign_in
from tests.drafts.exchange.git_repository import Repo
from tests.migrations.release import NEXT_KEY
from tests.proof.world import World
from tests.publishing.reviews import PASSWORD, Review, caller_of
from tests.writers import Writer

# Every kind of character that a text may hold: marks, two scripts, an emoji, no line end at the end.
ODD_TEXT = "# Rôle\n\tDose: 60 mg\u2028Ⅸ 𝔘 👩🏽\u200d🔬 — שלום\n\n  'quoted' \"twice\" \\N \\."
# What a remark may hold of them.
REMARK = "Dosé 60 mg Ⅸ 𝔘 👩🏽 — שלום\n'quoted' \"twice\" \\N \\."
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"


@dataclass(frozen=True)
class ReleaseSite:
    """One project in each state, by what happened to it."""

    world: World
    demo: UUID
    folder: Path

    def fill(self) -> None:
        self._accounts()
        self._locks()
        self._frozen()
        self._rejected_and_in_review()
        self._archived()
        self._exchanged()
        with override_settings(FOUNDRY_SENDS_MAIL=True):
            self._inboxes()
        self._keys()

    def _person(self, name: str, **facts: Any) -> User:
        operator = foundry_caller("command")
        facts = {"password": PASSWORD, **facts}
        user = create_account(caller=operator, username=name, display_name=f"{name.title()} Ünal", **facts)
        if facts["password"] is not None and name != "suspended":
            restore_signing(caller=operator, user_id=user.id, reason="It is them")
        user.refresh_from_db()
        return user

    def _review(self, name: str) -> Review:
        """Another project of the same people."""
        people = {role: self.world.review.people[role] for role in ("owner", "editor", "reviewer")}
        owner = caller_of(people["owner"])
        project = create_project(caller=owner, name=name, description=REMARK, is_private=False)
        for role in ("editor", "reviewer"):
            add_member(caller=owner, project_id=project.id, user_id=people[role].id, role=role)
        review = Review(project, people, Writer(caller_of(people["editor"]), project))
        review.save(ODD_TEXT, **{"files/ü/data.csv": {"content": "a,b\r\n1,2\r\n"}}, model_configuration={"a": 1})
        return review

    def _accounts(self) -> None:
        operator = foundry_caller("command")
        for kind in (Kind.AGENT, Kind.SERVICE, Kind.DEVICE):
            program = self._person(f"a-{kind}", kind=kind, password=None)
            create_token(caller=operator, name="Nightly", user_id=program.id)
        self._person("suspended")
        back = self._person("back")
        deactivate_account(caller=operator, user_id=back.id, reason="On leave")
        reactivate_account(caller=operator, user_id=back.id, reason="Back")
        visitor, _holder, without = map(self._person, ("visitor", "key-holder", "without-factors"))
        with_codes, with_passkey, others = Client(HTTP_USER_AGENT=FIREFOX), Client(), Client()
        sign_in(with_codes, "visitor")
        add_codes(with_codes)
        sign_in(with_passkey, "key-holder")
        add_passkey(with_passkey)
        sign_in(others, "without-factors")
        add_codes(others)
        remove_factors(caller=operator, user_id=without.id, reason="Lost the phone")
        sign_in(Client(), "visitor", "not the password")
        set_shortcuts(caller=caller_of(visitor), are_on=False)

    def _locks(self) -> None:
        """Leases that ended as the world's did not, texts that nobody saved, and a session that came back."""
        review = self._review("Locks")
        project, people = review.project, review.people
        gone = Writer(caller_of(people["editor"]), project)
        gone.take("files/gone.md")
        number = gone.opened.connection
        close_connection(caller=gone.caller, session_id=gone.session, connection=number, clean=True)
        idle = Writer(caller_of(people["editor"]), project)
        self._keep_copy(idle, idle.take("files/expired.md"), ODD_TEXT)
        get_redis_connection("locks").delete(redis_locks.lock_key(project.id, "files/expired.md"))
        sweep_once()
        leaver = self._person("leaver")
        owner = caller_of(people["owner"])
        add_member(caller=owner, project_id=project.id, user_id=leaver.id, role="editor")
        revoked = Writer(caller_of(leaver), project)
        self._keep_copy(revoked, revoked.take("files/revoked.md"), "Half a sentence")
        remove_member(caller=owner, project_id=project.id, user_id=leaver.id, reason="Left the team")
        revoke_locks(caller=foundry_caller(), project_id=project.id, user_id=leaver.id)
        held = Writer(caller_of(people["editor"]), project)
        self._keep_copy(held, held.take("files/held.md"), "Not yet saved")
        undo_draft(caller=held.caller, project_id=project.id)
        again = resume_session(
            caller=held.caller, project_id=project.id, session_id=held.session, resume_secret=held.opened.resume_secret
        )
        assert again.connection > held.opened.connection
        for place in ("comment", "message"):
            keep_unsent_text(caller=held.caller, project_id=project.id, place=place, text=ODD_TEXT)
        found = set(project.leases.exclude(end_reason=None).values_list("end_reason", flat=True))
        assert {EndReason.DISCONNECTED, EndReason.EXPIRED, EndReason.REVOKED} <= found, found
        assert Session.objects.filter(project=project, disconnected_at=None).exists()

    def _keep_copy(self, writer: Writer, lock: Lock, text: str) -> None:
        put_working_copy(
            caller=writer.caller,
            project_id=writer.project.id,
            session_id=writer.session,
            field=lock.field,
            token=lock.token,
            revision=7,
            content=text,
        )

    def _frozen(self) -> None:
        """A frozen project, at whose submission somebody was still writing."""
        review = self._review("Frozen")
        writer = Writer(caller_of(review.people["owner"]), review.project)
        self._keep_copy(writer, writer.take("files/late.md"), "Too late")
        review.release("1.0")
        assert review.status() == "frozen"
        assert EndReason.FROZEN in review.project.leases.values_list("end_reason", flat=True)

    def _rejected_and_in_review(self) -> None:
        review = self._review("In review")
        review.require(signatures={"reviewed": 1, "approved": 1}, distinct_people=2)
        review.reject(review.submit("2.0-rc1"))
        review.sign(review.submit("2.0-rc2"), "reviewed", "reviewer", comment=REMARK)
        assert review.status() == "in_review"

    def _archived(self) -> None:
        review = self._review("Archived")
        owner = caller_of(review.people["owner"])
        archive_project(caller=owner, project_id=review.project.id)
        reopen_project(caller=owner, project_id=review.project.id, reason="Once more")
        archive_project(caller=owner, project_id=review.project.id)

    def _exchanged(self) -> None:
        """A project from a git repository, and one from another's file."""
        repo = Repo(self.folder / "agent")
        repo.commit({"prompt.md": "Be exact.\n", "config.json": '{"temperature": 0.1}'}, "First")
        repo.commit({"prompt.md": "Be brief.\n", "corpus/a.jsonl": '{"a": 1}\n'}, "Second")
        owner = caller_of(self.world.review.people["owner"])
        import_repository(
            caller=owner,
            repository=Repository(repo.path),
            selection=Selection("prompt.md", "config.json", ("corpus/*.jsonl",)),
            name="From git",
        )
        exported = b"".join(export_project(project_id=self.demo))
        import_project(caller=owner, file=io.BytesIO(exported), name="From a file")

    def _inboxes(self) -> None:
        """A line of every kind with the world's, some of them to be mailed."""
        review = self._review("Inboxes")
        editor, reviewer = review.people["editor"], review.people["reviewer"]
        owner = caller_of(review.people["owner"])
        project_id = review.project.id
        set_preferences(caller=caller_of(editor), topics=["comment", "release", "task"], address="e@example.com")
        create_task(caller=owner, project_id=project_id, text="Read it", assignee_id=editor.id)
        create_comment(
            caller=owner, project_id=project_id, version=1, target_field="prompt_text", text=f"@{editor.username} see"
        )
        review.writer.take("files/wanted.md")
        add_member(caller=owner, project_id=project_id, user_id=self._person("second").id, role="editor")
        asking = Writer(owner, review.project)
        request_lock(caller=owner, project_id=project_id, session_id=asking.session, field="files/wanted.md")
        review.writer.take("files/taken.md")
        take_over_lock(
            caller=owner, project_id=project_id, session_id=asking.session, field="files/taken.md", reason="Urgent"
        )
        mark_all_read(caller=caller_of(reviewer))

    def _keys(self) -> None:
        """A second key, what it seals, and what the verifier noted."""
        file = self.folder / "next_key"
        file.write_text(f"{NEXT_KEY}\n")
        rotate_site_key(caller=foundry_caller("command"), reason="Once a year", file=file)
        with override_settings(FOUNDRY_SIGNING_KEY=NEXT_KEY):
            review = self._review("Sealed by the second key")
            review.release("1.0")
            make_checkpoint(caller=foundry_caller("command"))
            auditor = caller_of(self._person("second-auditor", is_auditor=True))
            record_review(caller=auditor, chain=str(review.project.id), from_seq=1, to_seq=5, findings="")
            record_verifications()
