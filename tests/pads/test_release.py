"""A release of a text that was promoted from a pad: whoever changed the pad is an author of it."""

from __future__ import annotations

import pytest

from kernel.errors import Conflict
from projects.services import change_role
from publishing.models import ReleaseState
from tests.cast import new_caller
from tests.pads.promoting import Promoting
from tests.pads.world import edit
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review


def test_c21_who_contributed_to_a_pad_does_not_approve_a_release_of_its_text(review: Review):  # noqa: F811
    at = Promoting(review)
    # The owner only deletes, and wrote no character of the text.
    at.world.people["olga"] = review.people["owner"]
    edit(at.world.session("olga"), at.pad, 4, (0, 1, ""))
    at.promote(5)
    release = review.submit()
    assert {str(at.world.people[name].id) for name in ("ed", "mara", "olga")} == set(map(str, release.authors))
    review.sign(release, "authored", "editor")
    review.sign(release, "reviewed", "reviewer")

    with pytest.raises(Conflict, match="An author cannot sign as approver"):
        review.sign(release, "approved", "owner")

    viewer, owner = review.people["viewer"], new_caller(review.people["owner"])
    change_role(caller=owner, project_id=review.project.id, user_id=viewer.id, role="reviewer", reason="Approves")
    review.sign(release, "approved", "viewer")
    release.refresh_from_db()
    assert release.state == ReleaseState.RELEASED
