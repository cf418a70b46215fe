"""A run that failed, in words: what happened, and the one thing to do about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from stages.runs.models import Run
from stages.runs.services.key_requests import KEY_CAUSES

# Characters of a question that an address has room for.
MAX_TEXT_OF_ADDRESS: Final = 1500

_TITLES: Final[dict[str, Promise]] = {
    "authentication": gettext_lazy("The provider refused its key."),
    "permission": gettext_lazy("Its key may not use this model."),
    "model_not_found": gettext_lazy("The provider has no such model."),
    "invalid_request": gettext_lazy("The provider refused the request."),
    "context_too_long": gettext_lazy("The text is too long for it."),
    "missing_variable": gettext_lazy("A variable is missing."),
    "rate_limited": gettext_lazy("Too many requests."),
    "overloaded": gettext_lazy("The provider is overloaded."),
    "timeout": gettext_lazy("It did not answer in time."),
    "connection": gettext_lazy("The provider cannot be reached."),
    "stream_broken": gettext_lazy("The answer broke off."),
    "bad_response": gettext_lazy("What came back is not an answer."),
    "address_refused": gettext_lazy("Its address is not public."),
    "patch_rejected": gettext_lazy("The patch does not fit."),
    "forbidden_path": gettext_lazy("It tried to change a forbidden file."),
    "budget_exhausted": gettext_lazy("The budget is used up."),
    "access_lost": gettext_lazy("The person who asked no longer has permission."),
    "worker_lost": gettext_lazy("The runner was lost three times."),
    "grader_failed": gettext_lazy("An answer could not be graded."),
    "calls_exhausted": gettext_lazy("It has made all its calls."),
    "internal": gettext_lazy("Something went wrong at this site."),
}


# Causes that another version of the project may not have.
_OF_THE_SOURCE: Final = frozenset(
    {"invalid_request", "context_too_long", "missing_variable", "patch_rejected", "forbidden_path"}
)
_OF_THE_MODEL: Final = frozenset({"model_not_found", "address_refused", "bad_response"})


@dataclass(frozen=True, slots=True)
class Helper:
    """Who reads of a failure: what they may do, whom they can ask for a key, and the newest version."""

    may_start: bool
    may_manage: bool
    owner: User | None
    newest: int


@dataclass(frozen=True, slots=True)
class Failure:
    """`action` is what the one button does, named `label`: `retry`, `ask_key`, a page (`href`), or nothing."""

    title: str
    detail: str
    action: str = ""
    label: str = ""
    href: str = ""


def failure_of(run: Run, helper: Helper) -> Failure:
    """What is shown of a failed run."""
    failure = Failure(str(_TITLES.get(run.error, run.error)), run.detail)
    if not helper.may_start:
        return failure
    if run.error in KEY_CAUSES and run.profile.project_id is not None:
        return _of_the_key(failure, run, helper)
    if run.error in _OF_THE_MODEL and helper.may_manage and run.profile.project_id is not None:
        href = reverse("runs:model", args=[run.project_id, run.profile_id])
        return replace(failure, action="page", label=_("Change the model…"), href=href)
    version = run.experiment.version
    if run.error in _OF_THE_SOURCE and version is not None and helper.newest > version:
        words = _("{detail} It was asked about v{old}; v{newest} is current now.")
        detail = words.format(detail=run.detail, old=version, newest=helper.newest).strip()
        label = _("Run on v{version}").format(version=helper.newest)
        return replace(failure, detail=detail, action="page", label=label, href=_on_the_newest(run, helper))
    return replace(failure, action="retry", label=_("Try again"))


def _of_the_key(failure: Failure, run: Run, helper: Helper) -> Failure:
    if _is_replaced(run):
        return replace(failure, detail=_("Its key was replaced since."), action="retry", label=_("Try again"))
    if helper.may_manage:
        href = reverse("runs:model_key", args=[run.project_id, run.profile_id])
        return replace(failure, action="page", label=_("Replace the key…"), href=href)
    if helper.owner is None:
        return replace(failure, action="retry", label=_("Try again"))
    name = helper.owner.display_name
    detail = _("{name} can replace the key in Models; then try again.").format(name=name)
    label = _("Ask {name} for a new key").format(name=name.split()[0])
    return replace(failure, detail=detail, action="ask_key", label=label)


def _is_replaced(run: Run) -> bool:
    """Whether the model has another key than the one that failed."""
    secret = run.profile.secret
    return secret is not None and run.ended_at is not None and secret.set_at > run.ended_at


def _on_the_newest(run: Run, helper: Helper) -> str:
    """The form of a new experiment, with the same question about the newest version."""
    text = run.message.content.text
    given = {"version": str(helper.newest), "text": text if len(text) <= MAX_TEXT_OF_ADDRESS else ""}
    return f"{reverse('runs:new', args=[run.project_id])}?{urlencode(given)}"
