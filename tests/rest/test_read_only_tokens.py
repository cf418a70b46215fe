"""A token that is for reading: every read of the matrix as for its user, every write refused."""

from __future__ import annotations

import pytest

from accounts.callers import foundry_caller
from accounts.models import Scope, User
from accounts.services import create_token
from audit.models import Event
from projects.models import Project
from tests.exploring import EXPLORES
from tests.matrix import ALWAYS, Row, SiteRow, declared, things_in
from tests.rest.client import Api, members, problem
from tests.rest.rolled_back import rolled_back
from tests.rest.test_permissions import filled, outcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(people: dict[str, User]) -> Api:
    """The owner, with a token that is for reading."""
    caller, owner = foundry_caller("command"), people["owner"]
    return Api(token=create_token(caller=caller, name="dashboard", user_id=owner.id, scope=Scope.READ)[1])


@pytest.mark.generated
@pytest.mark.parametrize("row", declared("REST"), ids=lambda row: f"{row.method}-{row.name}")
def test_a_read_only_token_reads_what_its_user_may_and_writes_nothing(
    row: Row, reader: Api, people: dict[str, User], places: dict[bool, Project]
) -> None:
    project = places[True]
    names = {
        "session": str(project.id),
        "field": "files/a.md",
        "viewer": str(people["viewer"].id),
        "stranger": people["stranger"].username,
        **{name: str(thing) for name, thing in things_in(project).items()},
    }
    # A bundle makes a checkpoint, as Foundry.
    own = Event.objects.filter(actor_id=people["owner"].id)
    told, answers = {}, []
    # No status gives a token what its scope does not: each row has one, an exploration all.
    statuses = ALWAYS if EXPLORES else (ALWAYS[len(row.name) % len(ALWAYS)],)
    for status in statuses:
        with rolled_back():
            Project.objects.filter(id=project.id).update(status=status)
            before = own.count()
            path = row.path_in(f"/api/v1/projects/{project.id}/", **names)
            answer = reader.request(row.method, path, filled(row.body, names) if row.method != "GET" else None)
            answers.append(answer)
            told[status] = outcome(answer)
            assert own.count() == before
    if row.method == "GET":
        assert told == {status: row.expected("owner", status) for status in statuses}
    else:
        assert set(told.values()) == {"permission_denied"}
        assert {members(each)["needed_scope"] for each in answers} == {"write"}


@pytest.mark.parametrize("row", declared("SITE_REST"), ids=lambda row: f"{row.method}-{row.name}")
def test_it_does_so_outside_of_projects_too(row: SiteRow, reader: Api) -> None:
    if row.anonymous != "not_authenticated":
        pytest.skip("asks for something else than a token, and ignores every token")
    expected = row.expected("owner") if row.method == "GET" else "permission_denied"
    assert outcome(reader.request(row.method, row.path)) == expected


def test_the_refusal_says_which_token_is_needed(reader: Api, places: dict[bool, Project]) -> None:
    answer = reader.patch(f"projects/{places[True].id}/", {"name": "Renamed"})
    assert problem(answer) == (403, "permission_denied")
    assert members(answer)["detail"] == "This token can only read. Use a token that may write."
