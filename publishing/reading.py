"""Releases, signatures and challenges as their readers get them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import Kind, User
from accounts.reauthentication import needs_username, passkey_challenge, private_components
from audit.keys.text import STATEMENT_VERSION
from audit.services import site_id
from drafts.hidden import hidden_characters
from drafts.models import Draft
from projects.access import Access
from projects.models import Status
from projects.permissions import allowed
from publishing.approval_progress import approvals_of, progress_of, quorum_of
from publishing.approvals import refusal
from publishing.gates import GATES, gate_warnings
from publishing.models import Meaning, Release, ReleaseNotes, ReleaseState, Signature
from publishing.open_points import open_points
from publishing.policies import Rules
from publishing.proposal_policy import ProposalPolicy
from publishing.statements import SIGNATURE, statement
from publishing.states import signing_action


def release_bodies(releases: Sequence[Release]) -> list[dict[str, Any]]:
    """Releases with their people and signatures (`with_people`), and what those in review still miss."""
    wanted = {author for release in releases for author in release.authors}
    people = {user.id: user.person() for user in User.objects.filter(pk__in=wanted)}
    return [_body(release, [people[author] for author in release.authors]) for release in releases]


def release_body(release: Release) -> dict[str, Any]:
    """One release."""
    return release_bodies([release])[0]


def signature_body(signature: Signature) -> dict[str, Any]:
    """A signature with what 21 CFR 11.50 wants shown (printed name, time, meaning), and its sealed statement."""
    return {
        "id": signature.id,
        "release_id": signature.release_id,
        "meaning": signature.meaning,
        "comment": signature.comment,
        "signer": signature.signer.person(),
        "printed_name": signature.statement["signer"]["name"],
        "username": signature.signer.username,
        "signed_at": signature.signed_at,
        "statement": signature.text,
        "key": signature.key_id,
        "seal": bytes(signature.seal).hex(),
    }


def signable(release: Release, *, user: User, access: Access) -> dict[str, str | None]:
    """By meaning, the reason why this user cannot sign now, in words for them; None if they can."""
    quorum, given = quorum_of(release), approvals_of(release)
    found: dict[str, str | None] = {}
    for meaning in Meaning.values:
        words = refusal(quorum, person=user.id, meaning=meaning, given=given, authors=release.authors)
        if user.kind != Kind.HUMAN:
            words = _("Only people can sign.")
        elif release.state != ReleaseState.IN_REVIEW:
            words = _("{name} is {state}.").format(name=release.name, state=ReleaseState(release.state).label.lower())
        elif not allowed(signing_action(meaning), role=access.role, status=Status(access.project.status)):
            words = _("Your role does not allow this.")
        found[meaning] = words
    return found


def challenge(release: Release, *, caller: Caller, access: Access, meaning: str, comment: str = "") -> dict[str, Any]:
    """The statement to read before signing, and the factors to give."""
    components = private_components(caller.user)
    about = {"release_id": str(release.id), "meaning": meaning}
    return {
        "statement": unsealed(release, signer=caller.user, meaning=meaning, comment=comment),
        "signable": signable(release, user=caller.user, access=access),
        "needs_username": needs_username(caller),
        "components": components,
        "passkey": passkey_challenge(caller, about=about, words=comment) if "passkey" in components else None,
        "warnings": warnings_of(release.draft, Rules(**release.rules), release=release),
    }


def unsealed(release: Release, *, signer: User, meaning: str, comment: str = "") -> dict[str, Any]:
    """The statement as it would be sealed; `key` and `time` are None, because the server sets them at the signing."""
    content = statement(release, signer=signer, meaning=meaning, comment=comment, time=None)
    return {"type": SIGNATURE, "v": STATEMENT_VERSION, "site": site_id(), "key": None, **content}


def policy_body(rules: Mapping[str, Any]) -> dict[str, Any]:
    """A stored policy with every member."""
    return {"gates": {}, **rules}


def project_policy(rules: Rules, proposals: ProposalPolicy) -> dict[str, Any]:
    """A project's policy, for releases and for proposals, and the gates that it can name here."""
    installed = [
        {
            "name": name,
            "title": str(gate.title),
            "description": str(gate.description),
            "parameters": list(gate.form.base_fields),
            "always": gate.always,
        }
        for name, gate in GATES.items()
    ]
    return {**policy_body(rules.data()), "proposals": proposals.data(), "installed_gates": installed}


def warnings_of(
    draft: Draft, rules: Rules, label: Callable[[str], str] = str, *, release: Release | None = None
) -> list[str]:
    """Warnings for signers and submitters: hidden characters, open points that may stay open, and gates.

    `label` returns the name of a field, for programs or for pages.
    """
    hidden = hidden_characters(draft)
    counted = ", ".join(f"{label(name)} ({count})" for name, count in hidden.items())
    warnings = [_("It contains invisible characters: {counted}.").format(counted=counted)] if hidden else []
    warnings += open_points(draft.project_id).warnings(rules)
    return warnings + gate_warnings(rules.gates, draft=draft, release=release)


def _notes(notes: ReleaseNotes) -> dict[str, Any]:
    return {
        "text": notes.text,
        "sha256": notes.sha256,
        "revision": notes.revision,
        "written_by": notes.author.person(),
        "written_at": notes.written_at,
    }


def _body(release: Release, authors: list[Any]) -> dict[str, Any]:
    in_review = release.state == ReleaseState.IN_REVIEW
    progress = progress_of(release) if in_review else None
    return {
        "id": release.id,
        "project_id": release.project_id,
        "name": release.name,
        "version": release.draft.version_number,
        "content_hash": release.content_hash,
        "state": release.state,
        "policy": policy_body(release.rules),
        "authors": authors,
        "submitted_by": release.submitted_by.person(),
        "submitted_at": release.submitted_at,
        "ended_by": release.ended_by.person() if release.ended_by else None,
        "ended_at": release.ended_at,
        "reason": release.reason,
        "notes": _notes(release.notes) if release.notes else None,
        "signatures": [signature_body(signature) for signature in release.signatures.all()],
        "missing": progress.missing if progress else {},
        "distinct_missing": progress.distinct_missing if progress else 0,
        "warnings": warnings_of(release.draft, Rules(**release.rules), release=release) if in_review else [],
    }
