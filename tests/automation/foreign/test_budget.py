"""The page of a foreign view asks Postgres as often for many changes and columns as for few, and refuses in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from proposals.models import Proposal
from stages.automation.services.views import propose_by_view
from tests.automation.foreign.site import EVERYTHING, READ, Views

pytestmark = pytest.mark.django_db
MOST = 60


@pytest.fixture
def views(project: Project, owner: User, caller_for: Callable[..., Caller]) -> Views:
    return Views(project.id, caller_for(owner))


def test_the_page_asks_no_more_for_more(views: Views, owner: User, client: Client) -> None:
    sha256 = views.adopt()
    views.switch(sha256, EVERYTHING)
    address = f"/projects/{views.project_id}/automation/views/studies/overview/"
    client.force_login(owner)

    def asked(count: int, path: str = "") -> int:
        studies = views.create(*({"title": f"Study {at}"} for at in range(count)))
        changes = [{"act": "set", "table": "studies", "record": each, "values": {"status": "x"}} for each in studies]
        given: Any = {"module": "studies", "name": "overview", "sha256": sha256, "changes": changes}
        propose_by_view(caller=views.owner, project_id=views.project_id, **given)
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"{address}{path}")
        assert answer.status_code == 200
        return len(queries)

    few = asked(2)
    assert asked(20) <= few <= MOST
    assert asked(1, "staged/") <= MOST
    assert asked(1, "?grants") <= MOST


def test_an_owner_is_told_that_the_text_is_another_one(views: Views, owner: User, editor: User, client: Client) -> None:
    sha256 = views.adopt()
    address = f"/projects/{views.project_id}/automation/views/studies/overview/"
    client.force_login(owner)
    refused = client.post(f"{address}switch/", {"sha256": "0" * 64, "is_on": "on"})
    assert (refused.status_code, "The text has changed since" in refused.content.decode()) == (409, True)
    unknown = client.post(f"{address}switch/", {"sha256": sha256, "is_on": "on", "grant": ["read:x.y", "nothing"]})
    assert unknown.status_code == 400
    switched = client.post(f"{address}switch/", {"sha256": sha256, "is_on": "on", "grant": ["read:studies.title"]})
    assert switched.status_code == 302
    client.force_login(editor)
    assert client.post(f"{address}switch/", {"sha256": sha256, "is_on": ""}).status_code == 403


def test_what_was_not_shown_is_not_committed(views: Views, owner: User, client: Client) -> None:
    sha256 = views.adopt()
    views.switch(sha256, {**READ, "write": ["studies.*"]})
    address = f"/projects/{views.project_id}/automation/views/studies/overview/"
    client.force_login(owner)
    assert client.post(f"{address}commit/").status_code == 404
    change = {"act": "create", "table": "studies", "values": {"title": "x"}}
    given: Any = {"module": "studies", "name": "overview", "sha256": sha256, "changes": [change]}
    propose_by_view(caller=views.owner, project_id=views.project_id, **given)
    assert client.post(f"{address}commit/", {"proposal": "other"}).status_code == 409
    assert client.post(f"{address}discard/", {"proposal": "other"}).status_code == 409
    proposal = str(Proposal.objects.get(origin_type="view").id)
    assert client.post(f"{address}commit/", {"proposal": proposal}).status_code == 302
    assert client.post(f"{address}discard/", {"proposal": proposal}).status_code == 404
