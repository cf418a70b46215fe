"""What people read of requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stages.fleet.choices import RequestKind, RequestState
from stages.fleet.models import Request
from workspace.releases.presentation import StateWords

_TITLES: Final[Mapping[str, Promise]] = {
    RequestKind.ISSUE: gettext_lazy("{name} asks for a new directive"),
    RequestKind.CHANGE: gettext_lazy("{name} asks for a change"),
    RequestKind.WITHDRAW: gettext_lazy("{name} asks for a withdrawal"),
    RequestKind.EXCEPTION: gettext_lazy("{name} asks for an exception"),
}
_STATES: Final[Mapping[str, tuple[str, str, Promise]]] = {
    RequestState.OPEN: ("free", "circle-dashed", gettext_lazy("Open")),
    RequestState.ACCEPTED: ("good", "circle-check", gettext_lazy("Accepted")),
    RequestState.REJECTED: ("bad", "circle-x", gettext_lazy("Rejected")),
    RequestState.WITHDRAWN: ("free", "archive", gettext_lazy("Withdrawn")),
    RequestState.EXPIRED: ("free", "timer-off", gettext_lazy("Expired")),
}


def title_of(request: Request) -> str:
    """Who asks for what."""
    return str(_TITLES[request.kind]).format(name=request.author.display_name)


def subject_of(request: Request) -> str:
    """What it is about: the directive, or the title that a new one would have."""
    if request.directive is not None:
        return request.directive.title
    return str(request.payload.get("title", "")) or _("A new directive")


def state_words(request: Request) -> StateWords:
    """The badge of its state."""
    state, icon, label = _STATES[request.state]
    return StateWords(state, icon, str(label))
