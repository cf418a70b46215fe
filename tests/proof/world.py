"""A site in which a row of every table that is rebuilt has come about, by the services that make them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from secrets import token_hex
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone

from accounts import actions
from accounts.callers import Caller, foundry_caller
from accounts.factors import FactorAdapter, acting_as
from accounts.models import User
from accounts.openid_connect import identity_key
from accounts.services import (
    create_account,
    create_token,
    deactivate_account,
    revoke_token,
    set_password,
    update_account,
)
from accounts.suspension import restore_signing
from audit.checkpoints.services import make_checkpoint
from audit.checkpoints.stamping import stamp_checkpoints
from audit.reviews.services import record_review
from audit.services import Target, record
from drafts.attachments.services import remove_attachment
from drafts.comments.services import answer_comment, create_comment, resolve_comment, withdraw_comment
from drafts.services import change_files, revert_draft
from drafts.tasks.services import change_task, create_task
from foundry_site.stages import installed_stages
from locking.services import hand_over_lock, take_over_lock
from projects.services import (
    add_member,
    change_role,
    create_project,
    remove_member,
    reopen_project,
    update_project,
)
from tests.drafts.attachments.files import MIB, attach, content
from tests.proposals.proof_rows import make_rows as make_proposals
from tests.publishing.reviews import PASSWORD, Review, caller_of
from tests.writers import Writer

ROLES = ("owner", "editor", "reviewer", "viewer", "guest")
OPERATOR = "command"


@dataclass(frozen=True)
class World:
    """The project with its people, for tests that go on from there."""

    review: Review
    # What the verifier says before anything is changed: tests that commit may have left something.
    before: list[str] = field(default_factory=list)


def make_world() -> World:
    """Everything that can be told happens once, so that every column of some row has its event.

    Called where a time-stamping authority answers.
    """
    people = {role: _person(role) for role in ROLES}
    _accounts(people)
    owner = caller_of(people["owner"])
    create_project(caller=owner, name="Another one")
    project = create_project(caller=owner, name="Oncology protocol agent", description="For the trial")
    for role in ROLES[1:]:
        add_member(
            caller=owner, project_id=project.id, user_id=people[role].id, role="viewer" if role == "guest" else role
        )
    review = Review(project, people, Writer(caller_of(people["editor"]), project))
    review.save("# Role\nBe exact.\n", **{"files/a.md": {"content": "One\n"}})
    _discussion(review, owner)
    _files(review, owner)
    _locks(review, owner)
    make_proposals(review)
    _releases(review, owner)
    _stages(review)
    record_review(caller=_auditor(), chain=str(project.id), from_seq=1, to_seq=9, findings="A slip at 4")
    make_checkpoint(caller=foundry_caller(OPERATOR))
    stamp_checkpoints(caller=foundry_caller(OPERATOR))
    return World(review)


def _files(review: Review, owner: Caller) -> None:
    """A file in pieces, and a small one that was removed."""
    attach(owner, review.project, content(MIB + 1), name="data.bin")
    removed = attach(owner, review.project, b"%PDF-1.7 a report")
    remove_attachment(caller=owner, attachment_id=removed.id, reason="Not this one")


def _stages(review: Review) -> None:
    """Each installed stage makes rows of its tables, by `make_rows(review)` of `proof_rows` beside its tests."""
    for stage in installed_stages():
        with suppress(ModuleNotFoundError):
            import_module(f"tests.{stage.label}.proof_rows").make_rows(review)


def _person(name: str, **facts: Any) -> User:
    made = create_account(
        caller=foundry_caller(OPERATOR),
        username=f"{name}-{token_hex(4)}",
        display_name=name.title(),
        password=PASSWORD,
        **facts,
    )
    restore_signing(caller=foundry_caller(OPERATOR), user_id=made.id, reason="It is them")
    made.refresh_from_db()
    return made


def _proven(user: User) -> Caller:
    return caller_of(user, proven_at=timezone.now())


def _auditor() -> Caller:
    return caller_of(_person("auditor", is_auditor=True))


def _accounts(people: dict[str, User]) -> None:
    operator = foundry_caller(OPERATOR)
    update_account(caller=operator, user_id=people["viewer"].id, display_name="Vera", email="vera@example.com")
    left = _person("left")
    for user in (people["guest"], left):
        _factors(user)
        create_token(caller=_proven(user), name="IDE")
    deactivate_account(caller=operator, user_id=left.id, reason="Left")
    revoked, _ = create_token(caller=_proven(people["guest"]), name="Old")
    revoke_token(caller=operator, token_id=revoked.id)
    create_token(caller=_proven(people["guest"]), name="New")
    set_password(caller=operator, user_id=people["guest"].id, password="another good password")
    issuer, subject = "https://id.example.com", "subject-1"
    uid = identity_key(issuer, subject)
    with transaction.atomic():
        account = SocialAccount.objects.create(user=people["guest"], provider="outside", uid=uid)
        data = {"issuer": issuer, "subject": subject, "provider": account.provider}
        target = Target.of("user", people["guest"].id)
        record(caller=operator, action=actions.IDENTITY_LINKED, target=target, data=data)


def _factors(user: User) -> None:
    """Recovery codes, codes, and last a passkey: what each holds is what allauth would keep."""
    kept = (
        ("recovery_codes", {"seed": FactorAdapter().encrypt("00" * 40), "used_mask": 0}),
        ("totp", {"secret": FactorAdapter().encrypt("A" * 32)}),
        ("webauthn", {"name": "Key", "credential": {"id": "AAAA", "response": {}}}),
    )
    with acting_as(foundry_caller(OPERATOR)):
        for kind, data in kept:
            Authenticator.objects.create(user=user, type=kind, data=data)


def _discussion(review: Review, owner: Caller) -> None:
    project, reviewer = review.project.id, caller_of(review.people["reviewer"])
    place: dict[str, Any] = {"project_id": project, "version": 1, "target_field": "prompt_text"}
    over = create_comment(caller=reviewer, **place, text="A slip")
    withdraw_comment(caller=owner, comment_id=over.id, reason="Not meant")
    lines = {"from_line": 2, "to_line": 2, "quote": "Be exact."}
    said = create_comment(caller=reviewer, **place, text="Really?", anchor=lines)
    answer_comment(caller=owner, comment_id=said.id, text="Yes.")
    last = create_comment(caller=reviewer, **place, text="Sure?", anchor=lines)
    resolve_comment(caller=reviewer, comment_id=last.id)
    create_task(caller=owner, project_id=project, text="Read it again")
    task = create_task(caller=owner, project_id=project, text="Read it", assignee_id=review.people["reviewer"].id)
    change_task(caller=reviewer, task_id=task.id, done=True)


def _locks(review: Review, owner: Caller) -> None:
    """Given back, handed over, taken over, saved for a moment; the last stays open."""
    writer, project = review.writer, review.project
    other, taker = Writer(caller_of(review.people["editor"]), project), Writer(owner, project)
    writer.take("files/b.md")
    writer.give_back("files/b.md")
    writer.take("files/c.md")
    passing: dict[str, Any] = {"project_id": project.id, "field": "files/c.md"}
    hand_over_lock(caller=writer.caller, session_id=writer.session, to=other.session, **passing)
    take_over_lock(caller=owner, session_id=taker.session, reason="Urgent", **passing)
    review.save("# Role\nBe brief.\n")
    # Under the editor's own lock, which goes along.
    change_files(
        caller=writer.caller,
        project_id=project.id,
        session_id=writer.session,
        base_version=2,
        renames={"files/d.md": "files/a.md"},
    )


def _releases(review: Review, owner: Caller) -> None:
    project = review.project.id
    review.require(open_comments="ignore", open_tasks="ignore")
    review.withdraw(review.submit("0.9.0"))
    review.release("1.0.0", notes="Briefer.\nThe team asked for it.")
    reopen_project(caller=owner, project_id=project, reason="Another round")
    update_project(caller=owner, project_id=project, name="Another agent")
    revert_draft(caller=owner, project_id=project, version=1, reason="As it was")
    change_role(
        caller=owner, project_id=project, user_id=review.people["viewer"].id, role="reviewer", reason="Helps out"
    )
    remove_member(caller=owner, project_id=project, user_id=review.people["guest"].id, reason="Left")
    review.writer.take("files/open.md")
