"""Every transition that the tables do not have is refused (control c09)."""

from __future__ import annotations

import pytest

from audit.models import Event
from kernel.errors import Conflict, ProjectFrozen
from projects.models import Project, Status
from projects.services import archive_project, reopen_project
from publishing.models import Release, ReleaseState
from publishing.states import TRANSITIONS, Act, transition
from tests.publishing.reviews import Review, caller_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("state", list(ReleaseState))
def test_c09_the_table_knows_every_step_and_refuses_every_other(state: ReleaseState, act: Act):
    release = Release(name="1.0.0", state=state)
    if (state, act) in TRANSITIONS:
        assert transition(release, act) is TRANSITIONS[state, act]
    else:
        with pytest.raises(Conflict):
            transition(release, act)
    assert ((state, act) in TRANSITIONS) == (state is ReleaseState.IN_REVIEW)


@pytest.mark.parametrize("end", ["reject", "withdraw", "release"])
@pytest.mark.parametrize("act", ["sign", "reject", "withdraw"])
@pytest.mark.parametrize("another_in_review", [False, True])
def test_c09_a_release_that_has_ended_takes_no_further_step(
    review: Review, end: str, act: str, another_in_review: bool
):
    release = review.release() if end == "release" else review.submit()
    if end != "release":
        getattr(review, end)(release)
    if another_in_review:
        if end == "release":
            reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)
        review.submit("2.0.0")
    events = Event.objects.of_project(review.project.id).count()

    with pytest.raises(Conflict if another_in_review else ProjectFrozen):
        review.sign(release, "reviewed", "owner") if act == "sign" else getattr(review, act)(release)
    assert Event.objects.of_project(review.project.id).count() == events


@pytest.mark.parametrize("status", ["in_review", "frozen", "archived"])
def test_c09_only_an_open_project_is_submitted(review: Review, status: str):
    Project.objects.filter(pk=review.project.id).update(status=status)

    with pytest.raises(ProjectFrozen):
        review.submit()


@pytest.mark.parametrize(
    ("status", "archive", "reopen"),
    [
        (Status.OPEN, True, False),
        (Status.IN_REVIEW, False, False),
        (Status.FROZEN, True, True),
        (Status.ARCHIVED, False, True),
    ],
)
def test_c09_a_project_is_archived_and_reopened_by_the_table_only(
    review: Review, status: Status, archive: bool, reopen: bool
):
    owner = caller_of(review.people["owner"])
    for allowed, move in ((archive, archive_project), (reopen, reopen_project)):
        Project.objects.filter(pk=review.project.id).update(status=status)
        if allowed:
            move(caller=owner, project_id=review.project.id)
        else:
            with pytest.raises(ProjectFrozen):
                move(caller=owner, project_id=review.project.id)
