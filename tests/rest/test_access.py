"""Who may not is refused before the body's shape is looked at, in every view that is built so."""

from __future__ import annotations

import pytest

from accounts.rest import SiteView
from projects.rest import ProjectView
from rest.access import AccessBeforeShape
from tests.cast import new_user
from tests.rest.client import Api


def test_the_bases_of_views_share_one_piece() -> None:
    for view in (SiteView, ProjectView):
        assert view.handle_exception is AccessBeforeShape.handle_exception


@pytest.mark.django_db
def test_a_body_of_another_shape_is_looked_at_for_administrators_only() -> None:
    for administers, status in ((False, 403), (True, 400)):
        api = Api(new_user("person", is_administrator=administers))
        assert api.request("POST", "users/", {"unknown": 1}).status_code == status
