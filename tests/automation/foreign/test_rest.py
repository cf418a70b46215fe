"""Foreign views over REST: nothing is read or proposed that no owner has granted to exactly this text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from projects.models import Project
from proposals.models import Change, Proposal
from proposals.services.accepting import accept_proposal
from stages.automation.models import Switch
from stages.automation.services.modules import leave_module
from stages.registers.models import Edge, Operation, Row
from stages.registers.services.links import link
from tests.automation.foreign.site import EVERYTHING, READ, STATUS, Views
from tests.rest.client import Api, members

pytestmark = pytest.mark.django_db


@pytest.fixture
def views(project: Project, owner: User, caller_for: Callable[..., Caller]) -> Views:
    return Views(project.id, caller_for(owner))


@pytest.fixture
def sha256(views: Views) -> str:
    return views.adopt()


@pytest.fixture
def studies(views: Views, sha256: str) -> list[str]:
    return views.create({"title": "One", "status": "open", "secret": "x"}, {"title": "Two", "secret": "y"})


def asking(user: User, views: Views, sha256: str) -> Callable[..., Any]:
    api = Api(user)
    return lambda what, **body: api.post(f"{views.path}{what}/", {"sha256": sha256, **body})


def test_a_view_is_off_until_an_owner_grants_its_text(views: Views, sha256: str, owner: User, viewer: User) -> None:
    mine, theirs = Api(viewer), Api(owner)
    found = members(mine.get(views.path))
    assert (found["is_on"], found["sha256"], found["tables"]) == (False, sha256, [])
    assert found["asks"]["read"] == ["studies.title", "studies.status", "relation:follows", "field:prompt_text"]
    assert members(mine.get(f"{views.path}source/"))["sha256"] == sha256
    ask = asking(viewer, views, sha256)
    assert members(ask("rows", table="studies"))["code"] == "view_off"
    refused = mine.request("PUT", f"{views.path}switch/", {"sha256": sha256, "is_on": True, "grants": READ})
    assert (refused.status_code, members(refused)["code"]) == (403, "permission_denied")
    other = theirs.request("PUT", f"{views.path}switch/", {"sha256": "0" * 64, "is_on": True})
    assert (other.status_code, members(other)["code"]) == (409, "conflict")
    beyond = theirs.request(
        "PUT", f"{views.path}switch/", {"sha256": sha256, "is_on": True, "grants": {"read": ["x.y"]}}
    )
    assert list(members(beyond)["errors"]) == ["grants.read"]
    switched = members(
        theirs.request(
            "PUT", f"{views.path}switch/", {"sha256": sha256, "is_on": True, "grants": READ, "reason": "Read"}
        )
    )
    assert (switched["is_on"], switched["grants"]) == (True, READ)
    (table,) = switched["tables"]
    assert [each["name"] for each in table["columns"]] == ["title", "status"]
    event = Event.objects.of_project(views.project_id).order_by("seq").last()
    assert event is not None
    assert (event.action, event.data["name"], event.data["grants"]["read"]) == (
        "view.switched",
        "studies/overview",
        READ["read"],
    )
    assert ask("rows", table="studies").status_code == 200


def test_another_text_is_off(views: Views, sha256: str, viewer: User) -> None:
    views.switch(sha256)
    newer = views.adopt('foundry.draw("other");')
    assert members(asking(viewer, views, sha256)("rows", table="studies"))["code"] == "conflict"
    assert members(asking(viewer, views, newer)("rows", table="studies"))["code"] == "view_off"
    # The former text, adopted again, is what the owner granted.
    assert members(Api(viewer).get(views.path))["is_on"] is False


def test_leaving_the_module_switches_its_view_off(views: Views, sha256: str, viewer: User) -> None:
    views.switch(sha256)
    leave_module(caller=views.owner, project_id=views.project_id, name="studies", reason="Not needed")
    assert Api(viewer).get(views.path).status_code == 404
    assert not Switch.objects.filter(project=views.project_id, kind="view", is_on=True).exists()


def test_rows_have_granted_columns_only(views: Views, sha256: str, studies: list[str], viewer: User) -> None:
    views.switch(sha256)
    ask = asking(viewer, views, sha256)
    found = members(ask("rows", table="studies"))
    assert found == {
        "rows": [{"id": studies[0], "title": "One", "status": "open"}, {"id": studies[1], "title": "Two"}],
        "next": None,
    }
    first = members(ask("rows", table="studies", columns=["title"], limit=1))
    assert first == {"rows": [{"id": studies[0], "title": "One"}], "next": studies[0]}
    second = members(ask("rows", table="studies", after=first["next"], where={"status": None}))
    assert [each["title"] for each in second["rows"]] == ["Two"]
    assert members(ask("rows", table="studies", where={"title": "Three"}))["rows"] == []


@pytest.mark.parametrize(
    ("what", "body", "capability"),
    [
        ("rows", {"table": "others"}, "others"),
        ("rows", {"table": "foundry.script"}, "foundry.script"),
        ("rows", {"table": "studies", "columns": ["secret"]}, "studies.secret"),
        ("rows", {"table": "studies", "columns": ["key"]}, "studies.key"),
        ("rows", {"table": "studies", "where": {"secret": "x"}}, "studies.secret"),
        ("links", {"relation": "follows"}, "relation:follows"),
        ("text", {"field": "prompt_text"}, "field:prompt_text"),
        ("text", {"field": "files/other.md"}, "field:files/other.md"),
    ],
)
def test_what_is_not_granted_is_refused(
    views: Views, sha256: str, viewer: User, what: str, body: dict[str, Any], capability: str
) -> None:
    views.switch(sha256)
    refused = asking(viewer, views, sha256)(what, **body)
    assert (refused.status_code, members(refused)["code"], members(refused)["capability"]) == (
        403,
        "not_granted",
        capability,
    )


def test_links_and_texts_that_are_granted(views: Views, sha256: str, studies: list[str], viewer: User) -> None:
    views.switch(sha256, EVERYTHING)
    one, two = studies
    link(caller=views.owner, project_id=views.project_id, relation="follows", source=one, target=two)
    ask = asking(viewer, views, sha256)
    (found,) = members(ask("links", relation="follows", targets=[two]))["rows"]
    assert (found["from"], found["to"]) == (one, two)
    assert members(ask("links", relation="follows", sources=[two]))["rows"] == []
    assert members(ask("text", field="prompt_text")) == {"text": None}


@pytest.mark.parametrize(
    ("what", "body", "name"),
    [
        ("rows", {"table": 5}, "table"),
        ("rows", {"table": "studies", "limit": 501}, "limit"),
        ("rows", {"table": "studies", "where": []}, "where"),
        ("rows", {"table": "studies", "where": {"title": "\0"}}, "body"),
        ("rows", {"table": "studies", "after": "x"}, "after"),
        ("links", {"relation": "follows", "sources": ["x"]}, "sources.0"),
        ("propose", {"changes": []}, "changes"),
        ("propose", {"changes": ["x"]}, "changes.0"),
        ("propose", {"changes": [{"act": "fly"}]}, "changes.0.act"),
        ("propose", {"changes": [{"act": "delete"}]}, "changes.0.record"),
        ("propose", {"changes": [{"act": "delete", "record": "$0"}]}, "changes.0.record"),
        ("propose", {"changes": [{"act": "delete", "record": 5}]}, "changes.0"),
        ("propose", {"changes": [{"act": "delete", "record": "x", "why": 1}]}, "changes.0.why"),
        ("propose", {"changes": [{"act": "create", "table": "studies", "values": 5}]}, "changes.0"),
        ("propose", {"changes": [{"act": "create", "table": "studies", "values": {"no": 5}}]}, "changes.0.no"),
        ("propose", {"changes": [{"act": "unlink", "link": "zzz"}]}, "changes.0"),
    ],
)
def test_bad_input_is_named(
    views: Views, sha256: str, editor: User, what: str, body: dict[str, Any], name: str
) -> None:
    views.switch(sha256, EVERYTHING)
    refused = asking(editor, views, sha256)(what, **body)
    assert refused.status_code == 400, refused.content
    assert list(members(refused)["errors"]) == [name]


def test_what_it_stages_is_one_private_proposal(
    views: Views, sha256: str, studies: list[str], editor: User, caller_for: Callable[..., Caller]
) -> None:
    views.switch(sha256, EVERYTHING)
    ask, (one, two) = asking(editor, views, sha256), studies
    staged = ask(
        "propose",
        changes=[
            {"act": "set", "table": "studies", "record": one, "values": {"status": "done"}},
            {"act": "create", "table": "studies", "values": {"title": "Three"}},
            {"act": "link", "relation": "follows", "from": "$1", "to": two},
        ],
    )
    assert staged.status_code == 200, staged.content
    made = members(staged)["made"]
    assert made[0] is None
    assert Row.objects.filter(project=views.project_id, facet="studies", shown__status="done").count() == 0
    again = members(ask("propose", changes=[{"act": "write", "field": "files/notes.md", "text": "x"}]))
    assert again["proposal_id"] == members(staged)["proposal_id"]
    assert again["count"] == members(staged)["count"] + 1
    proposal = Proposal.objects.get(pk=again["proposal_id"])
    assert (proposal.state, proposal.author_id, proposal.origin_type) == ("private", editor.id, "view")
    accept_proposal(caller=caller_for(editor), proposal_id=proposal.id, round=1)
    rows = Row.objects.filter(project=views.project_id, facet="studies")
    assert sorted(str(each.shown.get("status")) for each in rows) == ["None", "None", "done"]
    assert Edge.objects.filter(project=views.project_id, source=made[1], target=two).exists()
    sources = {each.text and '"view":"studies/overview"' in each.text for each in Operation.objects.order_by("-pk")[:3]}
    assert sources == {True}


def test_what_is_made_and_removed_again_leaves_no_proposal(views: Views, sha256: str, editor: User) -> None:
    views.switch(sha256, EVERYTHING)
    ask = asking(editor, views, sha256)
    made = members(ask("propose", changes=[{"act": "create", "table": "studies"}]))["made"][0]
    gone = members(ask("propose", changes=[{"act": "delete", "record": made}]))
    assert (gone["proposal_id"], gone["count"]) == (None, 0)
    assert not Proposal.objects.filter(author=editor).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"act": "create", "table": "studies", "values": {"title": "x"}},
        {"act": "set", "table": "studies", "values": {"title": "x"}},
        {"act": "set", "table": "others", "values": {"text": "x"}},
        {"act": "attach", "table": "others"},
        {"act": "detach", "table": "studies"},
        {"act": "delete"},
        {"act": "link", "relation": "follows", "from": "", "to": ""},
        {"act": "write", "field": "prompt_text", "text": "x"},
    ],
)
def test_nothing_is_staged_of_what_is_not_granted(
    views: Views, sha256: str, studies: list[str], editor: User, change: dict[str, Any]
) -> None:
    views.switch(sha256, STATUS)
    fine = {"act": "set", "table": "studies", "record": studies[0], "values": {"status": "done"}}
    named = {"record": studies[1]} if change["act"] in ("set", "attach", "detach", "delete") else {}
    ends = {"from": studies[0], "to": studies[1]} if change["act"] == "link" else {}
    refused = asking(editor, views, sha256)("propose", changes=[fine, {**change, **named, **ends}])
    assert (refused.status_code, members(refused)["code"]) == (403, "not_granted")
    assert not Change.objects.exists()


def test_who_may_not_propose_does_not_by_a_view(views: Views, sha256: str, studies: list[str], viewer: User) -> None:
    views.switch(sha256, EVERYTHING)
    change = {"act": "set", "table": "studies", "record": studies[0], "values": {"status": "done"}}
    refused = asking(viewer, views, sha256)("propose", changes=[change])
    assert (refused.status_code, members(refused)["code"]) == (403, "permission_denied")


@pytest.mark.parametrize("path", ["views/%00/overview/", "views/studies/%00/", "views/%00/overview/source/"])
def test_an_address_with_nul_is_not_there(views: Views, viewer: User, path: str) -> None:
    assert Api(viewer).get(f"projects/{views.project_id}/{path}").status_code == 404


def test_nobody_has_installed_a_module_with_nul(viewer: User) -> None:
    assert Api(viewer).post("modules/%00/uninstall/", {}).status_code == 404


def test_a_view_of_another_project_is_not_there(
    views: Views, sha256: str, make_project: Callable[..., Project], owner: User
) -> None:
    other = make_project()
    assert Api(owner).get(f"projects/{other.id}/views/studies/overview/").status_code == 404
