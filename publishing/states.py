"""The one table of a release's life: which act leads from where to where, and what the project becomes with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from kernel.errors import Conflict
from projects.models import Status
from publishing.models import Meaning, Release, ReleaseState


class Act(StrEnum):
    """What can be done to a release."""

    SIGN = "sign"
    RELEASE = "release"
    REJECT = "reject"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Transition:
    """Where an act leads: the release's next state, and the project's next status."""

    release: ReleaseState
    project: Status


TRANSITIONS: Final[dict[tuple[ReleaseState, Act], Transition]] = {
    (ReleaseState.IN_REVIEW, Act.SIGN): Transition(ReleaseState.IN_REVIEW, Status.IN_REVIEW),
    (ReleaseState.IN_REVIEW, Act.RELEASE): Transition(ReleaseState.RELEASED, Status.FROZEN),
    (ReleaseState.IN_REVIEW, Act.REJECT): Transition(ReleaseState.REJECTED, Status.OPEN),
    (ReleaseState.IN_REVIEW, Act.WITHDRAW): Transition(ReleaseState.WITHDRAWN, Status.OPEN),
}
# A release begins, by `submit`, in an open project only; the project's own moves are in `projects.permissions`.
SUBMISSION: Final = Transition(ReleaseState.IN_REVIEW, Status.IN_REVIEW)


def signing_action(meaning: str) -> str:
    """The row of the permission table that a meaning needs."""
    return "release.sign_authored" if meaning == Meaning.AUTHORED else "release.sign"


def transition(release: Release, act: Act) -> Transition:
    """Where this act leads now. Raises `Conflict` where the table has no such transition."""
    found = TRANSITIONS.get((ReleaseState(release.state), act))
    if found is None:
        state = ReleaseState(release.state).label.lower()
        raise Conflict(
            _("{name} is {state}; it can no longer be changed.").format(name=release.name, state=state),
            state=release.state,
        )
    return found
