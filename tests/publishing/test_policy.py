"""A policy is data: defaulted, checked, on record."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from kernel.errors import PermissionDenied, ProjectFrozen, ValidationFailed
from publishing.policies import Rules, rules_of
from publishing.services import set_policy
from tests.publishing.reviews import Review, caller_of

pytestmark = pytest.mark.django_db


def test_without_one_three_people_sign_in_three_meanings(review: Review):
    assert rules_of(review.project.id) == Rules()
    assert Rules().data() == {
        "signatures": {"authored": 1, "reviewed": 1, "approved": 1},
        "distinct_people": 3,
        "author_may_approve": False,
        "open_comments": "warn",
        "open_tasks": "warn",
    }


def test_it_is_kept_with_what_was_before(review: Review):
    review.require(signatures={"approved": 2}, distinct_people=2)

    assert rules_of(review.project.id).signatures == {"approved": 2}
    event = Event.objects.of_project(review.project.id).get(action="policy.updated")
    assert event.data["before"] == Rules().data()


@pytest.mark.parametrize(
    "rules",
    [
        {"signatures": {}},
        {"signatures": {"approved": 0}},
        {"signatures": {"approved": True}},
        {"signatures": {"approved": 21}},
        {"signatures": {"witnessed": 1}},
        {"signatures": ["approved"]},
        {"distinct_people": 4},
        {"distinct_people": "3"},
        {"author_may_approve": 1},
        {"open_comments": "shout"},
        {"open_tasks": []},
        {"votes": 3},
    ],
)
def test_it_refuses_what_is_no_policy(review: Review, rules: dict[str, Any]):
    with pytest.raises(ValidationFailed):
        review.require(**rules)


def test_only_owners_set_it(review: Review):
    with pytest.raises(PermissionDenied):
        set_policy(caller=caller_of(review.people["editor"]), project_id=review.project.id, rules={})


def test_a_review_keeps_the_policy_it_began_with(review: Review):
    release = review.submit()

    with pytest.raises(ProjectFrozen):
        review.require(signatures={"approved": 1}, distinct_people=1)
    assert release.rules == Rules().data()


def test_the_repeat_of_a_write_answers_what_stands(review: Review):
    owner = caller_of(review.people["owner"], client_ref=review.project.id)
    for _ in range(2):
        set_policy(caller=owner, project_id=review.project.id, rules={"open_tasks": "block"})

    assert Event.objects.of_project(review.project.id).filter(action="policy.updated").count() == 1
