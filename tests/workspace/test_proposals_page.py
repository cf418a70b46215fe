"""The list of proposals: the reader's own, the open ones, and the ended ones."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from drafts.services import change_files
from proposals.models import Proposal
from proposals.services import reject_proposal
from publishing.policies import rules_of
from publishing.proposal_policy import ProposalPolicy, proposal_policy_of
from tests.proposals.conftest import World, changed
from tests.workspace.conftest import Browser
from tests.workspace.html import elements

pytestmark = pytest.mark.django_db


def address(world: World) -> str:
    return f"/projects/{world.project.id}/proposals/"


def rows(client: Client, world: World, query: str = "") -> list[str]:
    """The text of each row, with single spaces."""
    page = client.get(address(world) + query)
    assert page.status_code == 200
    found = [each for each in elements(page) if "proposal-row" in each.attributes.get("class", "")]
    return [" ".join(each.text.split()) for each in found]


def headings(client: Client, world: World) -> list[str]:
    page = client.get(address(world))
    found = [each for each in elements(page) if "proposal-section" in each.attributes.get("class", "")]
    return [" ".join(each.text.split()) for each in found]


def test_sections_are_yours_open_and_ended_with_private_ones_first(browser: Browser, world: World) -> None:
    world.open(by="mara", title="Open of Mara")
    world.open(by="ed", title="Open of Ed")
    world.stage(by="ed", title="Private of Ed")
    ended = world.open(by="mara", title="Gone", changes={"prompt_text": changed(line_1="one")})
    world.accept(ended, by="olga")
    ed = browser(world.people["ed"])
    assert headings(ed, world) == ["Yours 2", "Open 1", "Ended 1"]
    found = rows(ed, world)
    assert [row.split()[0] for row in found] == ["Private", "Open", "Open", "Accepted"]
    assert "Private of Ed" in found[0]
    assert "v2" in found[3]
    assert "by Olga" in found[3] or "by olga" in found[3]


def test_lines_of_a_staged_text_are_counted_once_and_not_too_many(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.stage({"prompt_text": changed(line_8=f"{uuid4()}")})
    ed = browser(world.people["ed"])
    with monkeypatch.context() as limited:
        limited.setattr("workspace.proposals.rows.MAX_COUNTED", 10)
        assert "No line counted" in ed.get(address(world)).content.decode()
    assert "+1 −1" in rows(ed, world)[0]
    monkeypatch.setattr("workspace.history.line_counts.count_of_texts", None)
    assert "+1 −1" in rows(ed, world)[0]


def test_private_proposals_of_others_do_not_exist_on_the_page(browser: Browser, world: World) -> None:
    world.stage(by="ed", title="Secret plan")
    for name in ("olga", "mara", "rae", "vic"):
        page = browser(world.people[name]).get(address(world)).content.decode()
        assert "Secret plan" not in page, name
        assert "Private of" not in page


def test_row_says_what_a_proposal_changes_by_how_much_and_for_whom(browser: Browser, world: World) -> None:
    changes = {"prompt_text": changed(line_2="two", line_3="three"), "files/notes.md": {"content": "a\nb\n"}}
    caller = world.caller("bot", on_behalf_of=world.people["ed"].id)
    proposal = world.stage(changes, caller=caller, title="Two lines")
    world.submit(proposal, by="ed")
    (row,) = rows(browser(world.people["mara"]), world)
    assert "P1 Two lines Prompt notes.md" in row
    assert "+4 −2" in row
    assert "for ed" in row.lower()
    assert "round 1" in row


def test_drift_names_the_version_and_says_whether_merging_takes_choices(browser: Browser, world: World) -> None:
    world.open(title="Same line")
    world.open(by="mara", title="Other line", changes={"prompt_text": changed(line_1="one")})
    world.save("mara", prompt_text=changed(line_8="changed by Mara"))
    found = rows(browser(world.people["ed"]), world)
    assert any("Same line" in row and "1 choice v2 changed Prompt" in row for row in found)
    assert any("Other line" in row and "Merges by itself v2 changed Prompt" in row for row in found)


def test_drift_names_the_file_that_was_renamed(browser: Browser, world: World) -> None:
    facts: dict[str, Any] = {"caller": world.caller("mara"), "project_id": world.project.id, "session_id": None}
    change_files(**facts, base_version=world.version, changes={"files/a.md": {"content": "a\n"}})
    proposal = world.open({"files/a.md": {"content": "b\n"}})
    change_files(**facts, base_version=world.version, renames={"files/b.md": "files/a.md"})
    (row,) = rows(browser(world.people["ed"]), world)
    assert "Merges by itself a.md is called b.md now" in row
    page = browser(world.people["ed"]).get(f"{address(world)}{proposal.number}/").content.decode()
    assert "a.md is called b.md now" in page


def test_votes_say_whose_turn_it_is_and_what_was_given(browser: Browser, world: World) -> None:
    world.require(approvals=2)
    proposal = world.open()
    rae = browser(world.people["rae"])
    assert "Your turn 0 of 2 approvals" in rows(rae, world)[0]
    assert "1 waits for your vote" in headings(rae, world)[0]
    # Who wrote it is not asked.
    assert "Your turn" not in rows(browser(world.people["ed"]), world)[0]
    world.vote(proposal, "rae")
    assert "1 of 2 approvals" in rows(rae, world)[0]
    assert "Your turn" not in rows(rae, world)[0]
    world.vote(proposal, "mara")
    assert "2 of 2 approvals Ready to accept" in rows(rae, world)[0]
    world.vote(proposal, "olga", "object")
    assert "1 objection 2 of 2 approvals" in rows(rae, world)[0]


def test_time_limit_is_shown_in_days(browser: Browser, world: World) -> None:
    world.require(days=3)
    world.open()
    assert "2 days left round 1" in rows(browser(world.people["rae"]), world)[0]


def test_filters_by_state_author_and_field(browser: Browser, world: World) -> None:
    world.open(title="Of the prompt")
    world.open(by="mara", title="Of a file", changes={"files/notes.md": {"content": "a\n"}})
    rejected = world.open(by="mara", title="Refused", changes={"files/other.md": {"content": "a\n"}})
    reject_proposal(caller=world.caller("olga"), proposal_id=rejected.id, reason="No")
    rae = browser(world.people["rae"])
    assert [("Of a file" in row) for row in rows(rae, world, "?field=files/notes.md")] == [True]
    assert [("Refused" in row) for row in rows(rae, world, "?state=rejected")] == [True]
    assert [("Of the prompt" in row) for row in rows(rae, world, f"?author={world.people['ed'].username}")] == [True]
    offered = [each.text.strip() for each in elements(rae.get(address(world)), "option")]
    assert {"Prompt", "notes.md", "other.md"} <= set(offered)
    page = rae.get(address(world) + "?state=expired").content.decode()
    assert "No matching proposals" in page
    assert "Show all" in page


def test_older_ones_follow_thirty_at_a_time(browser: Browser, world: World) -> None:
    for number in range(32):
        world.open(title=f"Number {number}", changes={f"files/{number}.md": {"content": "a\n"}})
    rae = browser(world.people["rae"])
    assert len(rows(rae, world)) == 30
    assert "?rows=60" in rae.get(address(world)).content.decode()
    assert len(rows(rae, world, "?rows=60")) == 32
    last = Proposal.objects.filter(project=world.project).order_by("-id")[29]
    assert len(rows(rae, world, f"?after={last.id}")) == 2


def test_empty_page_has_one_sentence_and_one_button(browser: Browser, world: World) -> None:
    page = browser(world.people["rae"]).get(address(world)).content.decode()
    assert "No proposals yet" in page
    assert page.count('data-opener-dialog-value="new-proposal"') == 1
    viewer = browser(world.people["vic"]).get(address(world)).content.decode()
    assert "No proposals yet" in viewer
    assert "new-proposal" not in viewer


def test_new_proposal_is_private_and_opens_in_the_workspace(browser: Browser, world: World) -> None:
    response = browser(world.people["rae"]).post(address(world), {"title": "Try it"})
    proposal = Proposal.objects.get(title="Try it")
    assert response["Location"] == f"/projects/{world.project.id}/?proposal={proposal.id}"
    assert proposal.is_private


def test_refused_title_stays_in_the_form(browser: Browser, world: World) -> None:
    title = "x" * 201
    rae = browser(world.people["rae"])
    for headers in ({}, {"HX-Request": "true"}):
        response = rae.post(address(world), {"title": title}, headers=headers)
        page = response.content.decode()
        assert response.status_code == 400
        assert f'value="{title}"' in page
        assert "field-error" in page


def test_tab_counts_open_proposals_only(browser: Browser, world: World) -> None:
    world.open()
    world.stage(title="Private")
    page = browser(world.people["ed"]).get(f"/projects/{world.project.id}/history/")
    (tab,) = [each for each in elements(page) if each.attributes.get("href") == address(world)]
    assert tab.text.split() == ["Proposals", "1"]


def test_private_title_is_escaped(browser: Browser, world: World) -> None:
    user: User = world.people["ed"]
    world.stage(title="<script>alert(1)</script>")
    assert "<script>alert(1)" not in browser(user).get(address(world)).content.decode()


def test_policy_is_set_in_the_settings_and_leaves_that_of_releases(browser: Browser, world: World) -> None:
    before = rules_of(world.project.id)
    settings = f"/projects/{world.project.id}/settings/"
    olga = browser(world.people["olga"])
    posted = {"approvals": "2", "author_may_approve": "yes", "open_comments": "block", "days": "7"}
    assert olga.post(f"{settings}proposals/", posted).status_code == 302
    assert proposal_policy_of(world.project.id) == ProposalPolicy(2, True, "block", 7)
    assert rules_of(world.project.id) == before
    refused = olga.post(f"{settings}proposals/", {**posted, "days": "some", "approvals": "1"})
    assert refused.status_code == 400
    page = refused.content.decode()
    assert 'value="some"' in page
    assert "field-error" in page
    viewer = browser(world.people["vic"]).get(settings).content.decode()
    assert "Policy for proposals" in viewer
    assert "Save policy" not in viewer


def test_palette_finds_proposals_and_offers_a_new_one(browser: Browser, world: World) -> None:
    world.open(title="Shorter answers")
    world.stage(title="Secret answers")
    address = f"/projects/{world.project.id}/palette/?q=answers"
    mine = browser(world.people["ed"]).get(address).content.decode()
    assert "P1 Shorter" in mine
    assert "Secret" in mine
    others = browser(world.people["mara"]).get(address).content.decode()
    assert "P1 Shorter" in others
    assert "Secret" not in others
    new, address = f"/projects/{world.project.id}/proposals/?new=1", address.replace("answers", "new+prop")
    assert new in browser(world.people["rae"]).get(address).content.decode()
    assert new not in browser(world.people["vic"]).get(address).content.decode()
