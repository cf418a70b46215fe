"""The dialog in which somebody signs: what they say, what it covers, and how they prove themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from accounts.reauthentication import needs_username, private_components
from accounts.suspension import why_not_sign
from kernel.errors import DomainError, ValidationFailed
from projects import field_names
from projects.access import Access
from projects.models import Role
from projects.permissions import may
from publishing.approval_progress import advances
from publishing.authors import released_before
from publishing.credentials import SigningCredentials
from publishing.models import Meaning, Release
from publishing.policies import Rules
from publishing.reading import signable, unsealed, warnings_of
from publishing.states import signing_action
from workspace.htmx_action import refusal_text
from workspace.releases.presentation import full_name, meaning_label

# The order of the tabs; the names are those of the protocol.
COMPONENTS: Final = ("password", "passkey", "otp")


@dataclass(frozen=True, slots=True)
class MeaningChoice:
    """One of the three meanings: what it says in words, as it would be sealed, and why not where it cannot be given."""

    value: str
    label: str
    why_not: str
    hint: str
    says: str
    sealed: dict[str, Any]
    spends: bool

    @property
    def is_possible(self) -> bool:
        return not self.why_not


@dataclass(frozen=True, slots=True)
class SignatureForm:
    """What was typed, secrets left out: they are never shown again. `notes` is the hash of those on the page."""

    meaning: str = ""
    comment: str = ""
    component: str = ""
    username: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class SignDialog:
    """Everything that the dialog shows."""

    release: Release
    choices: list[MeaningChoice]
    form: SignatureForm
    components: Sequence[str]
    needs_username: bool
    suspended: str
    warnings: list[str]
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    problem: str = ""

    @property
    def chosen(self) -> MeaningChoice | None:
        return next((choice for choice in self.choices if choice.value == self.form.meaning), None)

    @property
    def focus(self) -> str:
        """Where the dialog begins: at its title, or after a refusal where something must be given again."""
        if not self.errors and not self.problem:
            return "title"
        return "username" if "username" in self.errors else self.form.component

    @property
    def may_sign(self) -> bool:
        return bool(self.components) and not self.suspended and any(choice.is_possible for choice in self.choices)


def dialog_of(
    release: Release, *, caller: Caller, access: Access, form: SignatureForm, refusal: DomainError | None = None
) -> SignDialog:
    """The dialog as it is opened, or after `refusal` with what was typed."""
    user = caller.user
    choices = _choices(release, user, access)
    possible = [choice.value for choice in choices if choice.is_possible]
    components = [name for name in COMPONENTS if name in private_components(user)]
    meaning = form.meaning if form.meaning in possible else next(iter(possible), "")
    component = form.component if form.component in components else next(iter(components), "")
    errors = refusal.errors if isinstance(refusal, ValidationFailed) else {}
    known = {"username", "password", "otp", "passkey", "comment"}
    return SignDialog(
        release=release,
        choices=choices,
        form=replace(form, meaning=meaning, component=component),
        components=components,
        needs_username=needs_username(caller),
        suspended=why_not_sign(user) or "",
        warnings=warnings_of(release.draft, Rules(**release.rules), field_names.label, release=release),
        errors=errors,
        problem=refusal_text(refusal) if refusal and not errors.keys() & known else "",
    )


def proof_of(posted: QueryDict) -> SigningCredentials:
    """What the person gives: their name where it was asked for, and the component of the chosen tab."""
    component = posted.get("component", "")
    username = posted.get("username", "").strip() or None
    if component == "passkey":
        return SigningCredentials(username=username, passkey=_passkey(posted.get("credential", "")))
    if component == "otp":
        return SigningCredentials(username=username, otp=posted.get("otp", "").strip() or None)
    return SigningCredentials(username=username, password=posted.get("password") or None)


def _passkey(text: str) -> Mapping[str, Any] | None:
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _choices(release: Release, user: User, access: Access) -> list[MeaningChoice]:
    refusals = signable(release, user=user, access=access)
    before = released_before(release.draft)
    choices = []
    for meaning in Meaning.values:
        why_not = refusals[meaning] or ""
        choices.append(
            MeaningChoice(
                value=meaning,
                label=meaning_label(meaning),
                why_not=why_not,
                hint=_hint(release, meaning, access.role, why_not),
                says=statement_in_words(release, before, user=user, meaning=meaning, project=access.project.name),
                sealed=unsealed(release, signer=user, meaning=meaning),
                spends=not why_not and not advances(release, person=user.id, meaning=meaning),
            )
        )
    return choices


def _hint(release: Release, meaning: str, role: Role, why_not: str) -> str:
    """Why the person may give this meaning, or why not: who has, or whom it needs."""
    if not why_not:
        if meaning == Meaning.AUTHORED:
            return _("You are an author") if release.authors_sign else _("All authors are agents")
        owner = {
            Role.REVIEWER: _("You are a reviewer"),
            Role.EDITOR: _("You are an editor"),
            Role.OWNER: _("You are an owner"),
        }
        return owner.get(role, "")
    signers = [each.signer for each in release.signatures.all() if each.meaning == meaning]
    names = [full_name(signer.display_name, signer) for signer in signers]
    if names:
        return _("Signed by {names}").format(names=", ".join(names))
    if not may(signing_action(meaning), role=role):
        return _("Needs an editor") if meaning == Meaning.AUTHORED else _("Needs a reviewer")
    return why_not


def statement_in_words(release: Release, before: Release | None, *, user: User, meaning: str, project: str) -> str:
    """What a signature in this meaning says, as the person would say it; `before` is the release before this one."""
    facts = {
        "name": full_name(user.display_name, user),
        "version": f"v{release.draft.version_number}",
        "project": project,
        "release": release.name,
        "before": before.name if before else "",
    }
    if meaning == Meaning.AUTHORED and release.authors_sign:
        words = _("I, {name}, am an author of {version} of {project}, and it says what it is meant to say.")
    elif meaning == Meaning.AUTHORED:
        words = _("I, {name}, take responsibility for {version} of {project}, whose authors are all agents.")
    elif meaning == Meaning.APPROVED:
        words = _("I, {name}, approve {version} of {project} for use as release {release}.")
    elif before:
        words = _(
            "I, {name}, have reviewed {version} of {project} and its differences from release {before}, and I found it "
            "fit for approval."
        )
    else:
        words = _("I, {name}, have reviewed {version} of {project}, and I found it fit for approval.")
    return words.format(**facts)
