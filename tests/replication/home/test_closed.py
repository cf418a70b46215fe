"""Nothing of home changes at a replica, by any address or page: each refuses, and names the home."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.test import Client
from django.utils import timezone

from accounts.callers import foundry_caller
from accounts.models import User
from accounts.services import create_token
from projects.models import Project
from stages.replication.models import Peer
from tests.cast import new_matrix, new_places
from tests.matrix import ALWAYS, Row, declared, things_in
from tests.replication.home.copying import OTHER_KEY
from tests.rest.client import Api
from tests.rest.rolled_back import rolled_back
from tests.rest.test_pages import form
from tests.rest.test_permissions import filled, session_of

pytestmark = pytest.mark.django_db

# What a replica writes of its own, by how the names of its addresses begin: registers, automation, proposals, files of
# records, and what it holds.
OWN: Final = (
    *("api_register", "api_rpc_", "api_record", "api_proposal", "api_rule", "api_script", "api_view_"),
    *("api_project_modules", "api_module_leave", "api_suggestions", "api_passage", "api_uploads", "api_held"),
    # It is asked first what the file is to be attached to, and that is not there.
    "api_attachments",
)
CLOSED: Final = [
    row for row in declared("REST") if row.method != "GET" and row.in_status != ALWAYS and not row.name.startswith(OWN)
]


# The same of pages. A proposal of records is one of the replica's own.
OWN_PAGES: Final = (
    *("automation:", "registers:", "workspace:proposals"),
    *(f"workspace:{act}_proposal" for act in ("withdraw", "submit", "resolve", "copy", "reject")),
    "workspace:vote_on_proposal",
)
CLOSED_PAGES: Final = [
    row
    for row in declared("PAGES")
    if row.method == "POST" and row.in_status != ALWAYS and not row.name.startswith(OWN_PAGES)
]


def test_every_address_refuses_and_names_the_home(owner: User) -> None:
    project, names = replica_of(owner)
    _, token = create_token(caller=foundry_caller("command"), name="test", user_id=owner.id)
    answers = {f"{row.method} {row.path}": _answer(row, project, names, Api(token=token)) for row in CLOSED}
    assert len(answers) > 40
    wrong = {what: said for what, said in answers.items() if said != (409, "project_frozen", True)}
    assert not wrong, "\n".join(f"{what}: {said}" for what, said in wrong.items())


def test_every_page_refuses_and_names_the_home(owner: User) -> None:
    project, names = replica_of(owner)
    client = Client()
    client.force_login(owner)
    answers = {}
    for row in CLOSED_PAGES:
        with rolled_back():
            path = row.path_in(f"/projects/{project.id}/", **names)
            # Some forms name the session of their page.
            body = {"session": names["session"], **filled(row.body, names)}
            answer: Any = client.generic("POST", path, **form(body))
        answers[f"{row.name} {row.path}"] = (answer.status_code, "Uppsala" in answer.content.decode())
    assert len(answers) > 20
    wrong = {what: said for what, said in answers.items() if said != (409, True)}
    assert not wrong, "\n".join(f"{what}: {said}" for what, said in wrong.items())


def replica_of(owner: User) -> tuple[Project, dict[str, str]]:
    """A project with everything that paths name, as the replica of Uppsala's; and what they name."""
    people = new_matrix(owner)
    project = new_places(people)[True]
    home = {"name": "Uppsala", "is_home": True, "copies": True, "admitted_at": timezone.now()}
    Peer.objects.create(project=project, key=OTHER_KEY, **home)
    names = {
        "session": str(session_of(owner, project)),
        "field": "files/owner.md",
        "viewer": str(people["viewer"].id),
        "stranger": people["stranger"].username,
        **{name: str(thing) for name, thing in things_in(project).items()},
    }
    Project.objects.filter(id=project.id).update(status="replica")
    return project, names


def _answer(row: Row, project: Project, names: dict[str, str], api: Api) -> tuple[int, str, bool]:
    """The status, the code, and whether the refusal names the home."""
    with rolled_back():
        path = row.path_in(f"/api/v1/projects/{project.id}/", **names)
        answer: Any = api.request(row.method, path, filled(row.body, names))
    body = answer.json() if answer.content else {}
    return answer.status_code, str(body.get("code")), "Uppsala" in str(body.get("detail"))
