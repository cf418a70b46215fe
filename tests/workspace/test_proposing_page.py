"""The workspace over a proposal of the reader's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from proposals.models import Proposal
from proposals.services import create_proposal, discard_proposal, stage_changes, submit_proposal
from tests.workspace.conftest import PROMPT, Browser
from tests.workspace.html import elements, words
from tests.workspace.test_workspace_page import address, page_data, states
from tests.writers import Writer
from workspace.editor import proposing

pytestmark = pytest.mark.django_db

STAGED = PROMPT.replace("protocol", "oncology")


@pytest.fixture
def stage(two_versions: Project, caller_for: Callable[..., Caller]) -> Callable[..., Proposal]:
    """Make a private proposal."""

    def make(by: User, **changes: Any) -> Proposal:
        found = {name.replace("files__", "files/").replace("__", "."): value for name, value in changes.items()}
        facts: dict[str, Any] = {"title": "Shorter refusals", "base_version": 2, "changes": found}
        return create_proposal(caller=caller_for(by), project_id=two_versions.id, **facts)

    return make


def test_it_shows_what_is_staged_and_says_that_it_is_private(
    browser: Browser, two_versions: Project, stage: Callable[..., Proposal], editor: User
) -> None:
    proposal = stage(editor, prompt_text=STAGED, files__topology__yaml=None, **{"files/new.md": {"content": "New"}})
    response = browser(editor).get(address("workspace", two_versions), {"proposal": str(proposal.id)})
    (source,) = elements(response, "textarea", data_sheet_target="source")
    assert source.text == "\n" + STAGED
    (badge,) = elements(response, "span", data_sheet_target="badge")
    assert words(badge) == "Proposal · private"
    assert states(response) == {
        "prompt_text": "proposed",
        "model_configuration": "same",
        "files/new.md": "proposed",
        "files/topology.yaml": "removed",
    }
    data: Any = page_data(response)["proposal"]
    assert data["id"] == str(proposal.id)
    assert {name: each["revision"] for name, each in data["targets"].items()} == dict.fromkeys(data["targets"], 1)


def test_without_a_proposal_it_is_the_current_text(
    browser: Browser, two_versions: Project, stage: Callable[..., Proposal], editor: User
) -> None:
    stage(editor, prompt_text=STAGED)
    response = browser(editor).get(address("workspace", two_versions))
    assert page_data(response)["proposal"] is None
    assert STAGED not in response.content.decode()


@pytest.mark.parametrize("name", ["workspace", "fields", "staged", "staged_text"])
def test_the_private_proposal_of_somebody_else_does_not_exist(
    browser: Browser, two_versions: Project, stage: Callable[..., Proposal], owner: User, editor: User, name: str
) -> None:
    proposal = stage(editor, prompt_text=STAGED)
    more = [proposal.id] if name.startswith("staged") else []
    query = {"proposal": str(proposal.id), "field": "prompt_text"}
    client = browser(owner)
    assert client.get(address(name, two_versions, *more), query).status_code == 404
    assert client.get(address("workspace", two_versions), {"proposal": "no-id"}).status_code == 404
    # Nor for its author in another project.
    assert browser(editor).get(address(name, two_versions, *more), query).status_code == 200


def test_its_state_names_each_target_and_whether_everything_is_submitted(
    browser: Browser,
    two_versions: Project,
    stage: Callable[..., Proposal],
    writer: Writer,
    editor: User,
    caller_for: Callable[..., Caller],
) -> None:
    proposal = stage(editor, prompt_text=STAGED)
    writer.save({"prompt_text": "Another.\n"}, writer.take(), base=2, release_locks=True)
    client = browser(editor)
    state = client.get(address("staged", two_versions, proposal.id)).json()
    assert (state["state"], state["number"], state["is_submitted"], state["current_version"]) == (
        "private",
        None,
        False,
        3,
    )
    (target,) = state["targets"]
    assert (target["target"], target["drift"], target["revision"], target["is_changed"]) == (
        "prompt_text",
        "choices",
        1,
        True,
    )
    submit_proposal(caller=caller_for(editor), proposal_id=proposal.id)
    assert client.get(address("staged", two_versions, proposal.id)).json()["is_submitted"] is True
    text = client.get(address("staged_text", two_versions, proposal.id), {"field": "prompt_text"}).json()
    assert text == {"value": STAGED, "revision": 1, "base_version": 2}
    assert client.get(address("staged_text", two_versions, proposal.id), {"field": "files/a.md"}).status_code == 404


@pytest.mark.parametrize("name", ["workspace", "staged", "staged_text", "proposal_switch"])
def test_it_asks_the_database_no_more_often_for_more_changes(
    browser: Browser, two_versions: Project, stage: Callable[..., Proposal], writer: Writer, editor: User, name: str
) -> None:
    client = browser(editor)

    def asked(proposal: Proposal) -> int:
        more = [proposal.id] if name.startswith("staged") else []
        query = {"proposal": str(proposal.id), "field": "prompt_text"}
        client.get(address(name, two_versions, *more), query)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(name, two_versions, *more), query).status_code == 200
        return len(captured)

    first = stage(editor, prompt_text=STAGED)
    writer.save({"prompt_text": "Another.\n"}, writer.take(), base=2, release_locks=True)
    before = asked(first)
    files = {f"files/{number}.md": {"content": "New"} for number in range(20)}
    second = stage(editor, prompt_text=STAGED, model_configuration="{}", **files)
    writer.save({"model_configuration": '{"a": 1}'}, writer.take("model_configuration"), base=3, release_locks=True)
    assert asked(second) <= before


def test_of_a_proposal_that_is_only_read_it_leads_to_its_page(
    browser: Browser,
    two_versions: Project,
    stage: Callable[..., Proposal],
    owner: User,
    editor: User,
    caller_for: Callable[..., Caller],
) -> None:
    proposal = stage(editor, prompt_text=STAGED)
    submit_proposal(caller=caller_for(editor), proposal_id=proposal.id)
    query = {"proposal": str(proposal.id)}
    response = browser(owner).get(address("workspace", two_versions), query)
    assert response["Location"] == address("proposal", two_versions, 1)
    assert browser(editor).get(address("workspace", two_versions), query).status_code == 200


def test_the_primary_button_is_right_before_the_script_runs(
    browser: Browser,
    two_versions: Project,
    stage: Callable[..., Proposal],
    editor: User,
    caller_for: Callable[..., Caller],
) -> None:
    proposal = stage(editor, prompt_text=STAGED)

    def offered() -> tuple[set[str], Any]:
        """What the buttons of the page say, at the top and at the foot of a phone."""
        page = browser(editor).get(address("workspace", two_versions), {"proposal": str(proposal.id)})
        found = [
            *elements(page, "button", data_proposal_actions_target="submit"),
            *elements(page, "a", data_proposal_actions_target="read"),
        ]
        return {words(each) for each in found if "hidden" not in each.attributes}, page_data(page)["proposal"]

    shown, data = offered()
    assert (shown, data["round"], data["is_submitted"]) == ({"Open for review…"}, 0, False)
    assert data["targets"]["prompt_text"]["is_changed"] is True
    submit_proposal(caller=caller_for(editor), proposal_id=proposal.id)
    shown, data = offered()
    assert (shown, data["round"], data["is_submitted"]) == ({"Read P1"}, 1, True)
    stage_changes(
        caller=caller_for(editor),
        proposal_id=proposal.id,
        base_version=2,
        changes={"prompt_text": STAGED + "More\n"},
        revisions={"prompt_text": 1},
    )
    shown, data = offered()
    assert (shown, data["round"], data["is_submitted"]) == ({"Submit round 2…"}, 1, False)


def test_one_that_is_discarded_while_the_page_asks_for_it_is_not_found(
    browser: Browser,
    two_versions: Project,
    stage: Callable[..., Proposal],
    editor: User,
    caller_for: Callable[..., Caller],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proposal = stage(editor, prompt_text=STAGED)

    def then_discarded(*asked: Any) -> Any:
        found = visible(*asked)
        discard_proposal(caller=caller_for(editor), proposal_id=proposal.id)
        return found

    visible = proposing._visible
    monkeypatch.setattr(proposing, "_visible", then_discarded)
    assert browser(editor).get(f"/projects/{two_versions.id}/staged/{proposal.id}/").status_code == 404
