"""The state machine of releases: the transition of each act, and the resulting status of the project."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from kernel.errors import Conflict
from projects.models import Status
from publishing.models import Meaning, Release, ReleaseState


class Act(StrEnum):
    """An act that changes the state of a release."""

    SIGN = "sign"
    RELEASE = "release"
    REJECT = "reject"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Transition:
    """The result of an act: the next state of the release, and the next status of the project."""

    release: ReleaseState
    project: Status


TRANSITIONS: Final[dict[tuple[ReleaseState, Act], Transition]] = {
    (ReleaseState.IN_REVIEW, Act.SIGN): Transition(ReleaseState.IN_REVIEW, Status.IN_REVIEW),
    (ReleaseState.IN_REVIEW, Act.RELEASE): Transition(ReleaseState.RELEASED, Status.FROZEN),
    (ReleaseState.IN_REVIEW, Act.REJECT): Transition(ReleaseState.REJECTED, Status.OPEN),
    (ReleaseState.IN_REVIEW, Act.WITHDRAW): Transition(ReleaseState.WITHDRAWN, Status.OPEN),
}
# `submit` starts a release in an open project only; other transitions of projects are in `projects.permissions`.
SUBMISSION: Final = Transition(ReleaseState.IN_REVIEW, Status.IN_REVIEW)


def signing_action(meaning: str) -> str:
    """The permission that a meaning needs."""
    return "release.sign_authored" if meaning == Meaning.AUTHORED else "release.sign"


def transition(release: Release, act: Act) -> Transition:
    """The transition of this act now. Raises `Conflict` if the table has none."""
    found = TRANSITIONS.get((ReleaseState(release.state), act))
    if found is None:
        state = ReleaseState(release.state).label.lower()
        raise Conflict(
            _("{name} is {state}; it can no longer be changed.").format(name=release.name, state=state),
            state=release.state,
        )
    return found
