"""Releases as the pages show them: their state in words, their signatures, and who may still sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Kind, User
from projects.models import Member, Role
from projects.permissions import may
from publishing.approval_progress import advances, progress_of
from publishing.models import Meaning, Release, ReleaseState, Signature
from publishing.policies import Rules
from publishing.states import signing_action
from workspace.people import PersonView

# More names than this are counted.
MAX_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class StateWords:
    """A release's state as a badge: the colour's name, the icon, the word."""

    state: str
    icon: str
    label: str


@dataclass(frozen=True, slots=True)
class SignatureView:
    """One signature with what 21 CFR 11.50 wants shown; `name` as it was printed then, `statement` as it was sealed."""

    person: PersonView
    name: str
    meaning: str
    label: str
    signed_at: datetime
    comment: str
    seal: str
    key: str
    statement: str
    sealed: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slot:
    """One meaning of the policy. `state`: signed, yours, waiting, or unsigned where nobody can sign any more."""

    meaning: str
    label: str
    signatures: list[SignatureView]
    missing: int
    state: str
    who: str
    is_whose: str

    @property
    def wanted(self) -> str:
        """Whom it still waits for, counted."""
        if self.meaning == Meaning.AUTHORED:
            return ngettext("One author", "{n} authors", self.missing).format(n=self.missing)
        if self.meaning == Meaning.REVIEWED:
            return ngettext("One reviewer", "{n} reviewers", self.missing).format(n=self.missing)
        return ngettext("One approver", "{n} approvers", self.missing).format(n=self.missing)


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """One release of a list, or at the head of its page."""

    release: Release
    signatures: list[SignatureView]

    @classmethod
    def of(cls, release: Release) -> ReleaseView:
        return cls(release, [signature_view(each) for each in release.signatures.all()])

    @property
    def state(self) -> StateWords:
        return state_words(self.release.state)

    @property
    def is_in_review(self) -> bool:
        return self.release.state == ReleaseState.IN_REVIEW

    @property
    def hash_words(self) -> list[str]:
        """The content hash in groups that an eye can compare."""
        digest = self.release.draft.content_hash
        return [digest[at : at + 8] for at in range(0, len(digest), 8)]


def state_words(state: str) -> StateWords:
    """The badge of a release's state."""
    return {
        ReleaseState.IN_REVIEW: StateWords("in_review", "search-check", _("In review")),
        ReleaseState.RELEASED: StateWords("frozen", "snowflake", _("Frozen")),
        ReleaseState.REJECTED: StateWords("bad", "circle-x", _("Rejected")),
        ReleaseState.WITHDRAWN: StateWords("past", "undo-2", _("Withdrawn")),
    }[ReleaseState(state)]


def meaning_label(meaning: str) -> str:
    """A meaning as a heading."""
    labels = {
        Meaning.AUTHORED: _("Authored"),
        Meaning.REVIEWED: _("Reviewed"),
        Meaning.APPROVED: _("Approved"),
    }
    return labels[Meaning(meaning)]


def signature_view(signature: Signature) -> SignatureView:
    """A signature as pages show it."""
    return SignatureView(
        person=PersonView.of(signature.signer),
        name=full_name(signature.statement["signer"]["name"], signature.signer),
        meaning=signature.meaning,
        label=meaning_label(signature.meaning),
        signed_at=signature.signed_at,
        comment=signature.comment,
        seal=bytes(signature.seal).hex(),
        key=signature.key_id,
        statement=signature.text,
        sealed=signature.statement,
    )


def full_name(printed_name: str, person: User) -> str:
    """A name beside a signature, with the user name: printed names are not unique."""
    return f"{printed_name} ({person.username})"


def people_of(project_id: UUID) -> list[Member]:
    """Who could sign at all: the project's members with an open account who are people."""
    members = Member.objects.filter(project_id=project_id, user__is_active=True, user__kind=Kind.HUMAN)
    return list(members.select_related("user").order_by("user__display_name", "id"))


def slots_of(release: Release, members: Sequence[Member], *, me: User) -> list[Slot]:
    """One slot for each meaning that the policy asks for, or that somebody signed in."""
    is_open = release.state == ReleaseState.IN_REVIEW
    missing = progress_of(release).missing
    signed = [signature_view(each) for each in release.signatures.all()]
    rules = Rules(**release.rules)
    slots = []
    for meaning in Meaning.values:
        wanted = rules.signatures.get(meaning, 0)
        signatures = [each for each in signed if each.meaning == meaning]
        if not wanted and not signatures:
            continue
        still = missing.get(meaning, 0)
        people = candidates(release, members, meaning) if is_open and still else []
        slots.append(
            Slot(
                meaning=meaning,
                label=meaning_label(meaning),
                signatures=signatures,
                missing=still,
                state=_slot_state(is_open=is_open, missing=still, is_mine=me in people),
                who=named(people, me=me) if is_open and still else "",
                is_whose=_rule(meaning, rules, release),
            )
        )
    return slots


def candidates(release: Release, members: Sequence[Member], meaning: str) -> list[User]:
    """The members whose signature in this meaning would bring the release forward."""
    action = signing_action(meaning)
    return [
        member.user
        for member in members
        if may(action, role=Role(member.role)) and advances(release, person=member.user_id, meaning=meaning)
    ]


def named(people: Sequence[User], *, me: User) -> str:
    """Somebody of these, in words: `You or Sofia Brandt`."""
    is_mine = me in people
    if len(people) > MAX_NAMED:
        if is_mine:
            return _("You, or one of {n} others").format(n=len(people) - 1)
        return _("One of {n} people").format(n=len(people))
    names = [_("You")] if is_mine else []
    names += [person.display_name for person in people if person != me]
    if not names:
        return _("Nobody in this project may sign this")
    if len(names) == 1:
        return names[0]
    return _("{names} or {last}").format(names=", ".join(names[:-1]), last=names[-1])


def _slot_state(*, is_open: bool, missing: int, is_mine: bool) -> str:
    if not missing:
        return "signed"
    if not is_open:
        return "unsigned"
    return "yours" if is_mine else "waiting"


def _rule(meaning: str, rules: Rules, release: Release) -> str:
    if meaning == Meaning.AUTHORED:
        return "" if release.authors_sign else _("all authors are agents; any editor may sign")
    if meaning == Meaning.APPROVED and not rules.author_may_approve:
        return _("not an author")
    return ""
