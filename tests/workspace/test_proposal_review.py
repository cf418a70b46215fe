"""The page of one proposal: a round beside another text, its votes, and what its readers do with it."""

from __future__ import annotations

import pytest
from django.test import Client

from drafts.models import Draft
from drafts.services import change_files
from proposals.models import Proposal, ProposalState
from tests.proposals.conftest import PROMPT, World, changed
from tests.workspace.conftest import Browser
from tests.workspace.html import elements
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def address(world: World, rest: str = "", number: int = 1) -> str:
    return f"/projects/{world.project.id}/proposals/{number}/{rest}"


def text(client: Client, world: World, query: str = "", number: int = 1) -> str:
    """The words of the page's main part, with single spaces."""
    page = client.get(address(world, query, number))
    assert page.status_code == 200, page.status_code
    (main,) = elements(page, "main")
    return " ".join(main.text.split())


def post(client: Client, world: World, rest: str, **data: str) -> int:
    return client.post(address(world, rest), data).status_code


def test_private_and_unknown_proposals_have_no_page(browser: Browser, world: World) -> None:
    world.stage()
    assert browser(world.people["ed"]).get(address(world)).status_code == 404
    assert browser(world.people["ed"]).get(address(world, number=999999999999)).status_code == 404


def test_round_is_shown_beside_the_current_text_and_says_what_differs(browser: Browser, world: World) -> None:
    world.open(description="Because of the audit")
    found = text(browser(world.people["vic"]), world)
    assert "Current, v1" in found
    assert "P1, round 1" in found
    assert "1 of 2 fields differs" in found
    assert "Because of the audit" in found


def test_other_rounds_and_the_base_can_be_compared(browser: Browser, world: World) -> None:
    proposal = world.open()
    world.restage(proposal, {"prompt_text": changed(line_8="eight", line_9="nine")})
    world.submit(proposal)
    world.save("mara", prompt_text=changed(line_1="one"))
    rae = browser(world.people["rae"])
    assert "+2 −2" in text(rae, world, "?against=base")
    assert "+1 −1" in text(rae, world, "?against=1")
    assert "Round 2 is here. You are reading round 1." in text(rae, world, "?round=1")
    assert rae.get(address(world, "?against=9")).status_code == 404
    assert rae.get(address(world, "?against=x")).status_code == 400


def test_folded_lines_come_from_the_round_itself(browser: Browser, world: World) -> None:
    long = PROMPT + "".join(f"more {number}\n" for number in range(40))
    world.save("mara", prompt_text=long)
    world.open({"prompt_text": long.replace("line 1\n", "one\n")})
    rae = browser(world.people["rae"])
    assert "proposals/1/fold/?round=1" in rae.get(address(world)).content.decode()
    page = rae.get(address(world, "fold/?round=1&field=prompt_text&old=20&new=20&count=3")).content.decode()
    assert "more 10" in page
    assert "more 12" in page
    assert "more 13" not in page


def test_editor_accepts_what_needs_no_approval(browser: Browser, world: World) -> None:
    world.open()
    mara = browser(world.people["mara"])
    assert "Accept as v2 Writes 1 change as one version." in text(mara, world)
    assert post(mara, world, "accept/", round="1") == 302
    assert world.current().version_number == 2
    found = text(mara, world)
    assert "Accepted as v2 by" in found
    assert "See v2" in found


def test_reviewer_reads_who_accepts(browser: Browser, world: World) -> None:
    world.open()
    assert "Editors and owners accept proposals." in text(browser(world.people["rae"]), world)


def test_missing_approvals_are_counted_and_given(browser: Browser, world: World) -> None:
    world.require(approvals=2)
    world.open()
    rae, mara = browser(world.people["rae"]), browser(world.people["mara"])
    assert "1 more approval is needed" in text(mara, world)
    assert "0 of 2 on round 1" in text(rae, world)
    assert post(rae, world, "vote/", round="1", verdict="approve") == 302
    assert "1 of 2 on round 1" in text(rae, world)
    assert "Counts as your approval, 2 of 2. Writes 1 change" in text(mara, world)
    assert post(mara, world, "accept/", round="1") == 302


def test_objection_stops_everyone_but_an_owner_with_a_reason(browser: Browser, world: World) -> None:
    world.open()
    rae, mara, olga = (browser(world.people[name]) for name in ("rae", "mara", "olga"))
    assert post(rae, world, "vote/", round="1", verdict="object", comment="Reads as advice.") == 302
    assert "objects: “Reads as advice.”" in text(mara, world)
    assert "Accept anyway…" not in text(mara, world)
    assert "Accept anyway…" in text(olga, world)
    refused = mara.post(address(world, "accept/"), {"round": "1"})
    assert refused.status_code == 409
    assert "objects." in refused.content.decode()
    assert post(olga, world, "accept/", round="1", reason="") == 400
    assert post(olga, world, "accept/", round="1", reason="Decided with the sponsor") == 302
    assert Proposal.objects.get(project=world.project).state == ProposalState.ACCEPTED


def test_refused_objection_keeps_what_was_typed(browser: Browser, world: World) -> None:
    world.open()
    words = "x" * 2001
    page = browser(world.people["rae"]).post(
        address(world, "vote/"), {"round": "1", "verdict": "object", "comment": words}
    )
    assert page.status_code == 400
    assert words in page.content.decode()
    assert "field-error" in page.content.decode()


def test_vote_on_an_older_round_is_refused_in_words(browser: Browser, world: World) -> None:
    proposal = world.open()
    world.restage(proposal, {"prompt_text": changed(line_8="otto")})
    world.submit(proposal)
    page = browser(world.people["rae"]).post(address(world, "vote/"), {"round": "1", "verdict": "approve"})
    assert page.status_code == 409
    assert "Round 2 is the newest." in page.content.decode()


def test_held_field_says_who_edits_it(browser: Browser, world: World) -> None:
    world.open()
    Writer(world.caller("olga"), world.project).take("prompt_text")
    mara = browser(world.people["mara"])
    found = text(mara, world)
    assert f"{world.people['olga'].display_name} edits Prompt" in found
    assert "Ask for it" in found
    assert mara.post(address(world, "accept/"), {"round": "1"}).status_code == 423
    # The holder may accept.
    assert "Writes 1 change" in text(browser(world.people["olga"]), world)


def test_drift_is_settled_by_its_own_people_and_becomes_a_round(browser: Browser, world: World) -> None:
    world.open({"prompt_text": changed(line_8="eight")})
    world.save("mara", prompt_text=changed(line_1="one"))
    ed, mara = browser(world.people["ed"]), browser(world.people["mara"])
    assert "Prompt has changed since, in other lines." in text(mara, world)
    assert "Keep mine" not in text(mara, world)
    found = text(ed, world)
    assert "v2 changed Prompt. It merges by itself." in found
    assert post(ed, world, "resolve/", target="prompt_text", how="merge") == 302
    assert "Submit round 2" in text(ed, world)
    assert post(ed, world, "submit/") == 302
    assert post(mara, world, "accept/", round="2") == 302
    prompt = Draft.objects.get(project=world.project, version_number=3).prompt
    assert prompt is not None
    assert prompt.text == changed(line_1="one", line_8="eight")


def test_conflicting_merge_leads_to_the_workspace(browser: Browser, world: World) -> None:
    proposal = world.open()
    world.save("mara", prompt_text=changed(line_8="otto"))
    ed = browser(world.people["ed"])
    assert "1 place needs you." in text(ed, world)
    page = ed.get(address(world)).content.decode()
    assert f"?proposal={proposal.id}&amp;field=prompt_text" in page
    assert post(ed, world, "resolve/", target="prompt_text", how="merge") == 409


def test_rejecting_and_withdrawing_take_a_reason(browser: Browser, world: World) -> None:
    world.open()
    world.open(by="mara", changes={"files/a.md": {"content": "a\n"}})
    ed, olga = browser(world.people["ed"]), browser(world.people["olga"])
    assert post(ed, world, "withdraw/", reason="") == 400
    assert post(ed, world, "withdraw/", reason="Taken up again") == 302
    assert "Withdrawn" in text(ed, world)
    assert "“Taken up again”" in text(ed, world)
    assert olga.post(address(world, "reject/", 2), {"reason": "Not now"}).status_code == 302
    assert "“Not now”" in text(olga, world, number=2)
    # Nobody else's.
    world.open(by="mara", changes={"files/b.md": {"content": "a\n"}})
    assert ed.get(address(world, "withdraw/", 3)).status_code == 403


def test_copy_becomes_a_private_proposal_of_the_reader(browser: Browser, world: World) -> None:
    world.open()
    response = browser(world.people["rae"]).post(address(world, "copy/"))
    copied = Proposal.objects.get(author=world.people["rae"])
    assert response["Location"] == f"/projects/{world.project.id}/?proposal={copied.id}"
    assert copied.changes.count() == 1


def test_live_part_leaves_the_comparison_out_and_names_newer_versions(browser: Browser, world: World) -> None:
    world.open()
    world.save("mara", prompt_text=changed(line_1="one"))
    page = browser(world.people["rae"]).get(address(world, "?live=1&round=1&against=current&version=1"))
    assert "compare-sheet" not in page.content.decode()
    assert "v2 is current now." in page.content.decode()


def test_those_who_have_not_approved_are_reminded_by_a_comment(browser: Browser, world: World) -> None:
    world.require(approvals=3)
    proposal = world.open()
    world.vote(proposal, "rae")
    ed = browser(world.people["ed"])
    (link,) = [each for each in elements(ed.get(address(world)), "a") if each.text.strip() == "Remind…"]
    assert link.attributes["href"] == address(world, "?remind#proposal-composer")
    (composer,) = elements(ed.get(address(world, "?remind")), "textarea", name="text")
    begun = composer.text.split("Please")[0].split()
    names = {world.people[name].username for name in ("olga", "mara")}
    assert {f"@{name}" for name in names} <= set(begun)
    assert not {f"@{world.people[name].username}" for name in ("ed", "rae", "vic")} & set(begun)
    assert composer.text.strip().endswith("Please review round 1.")
    # Who may not accept is told so instead, and nobody is left to remind in the end.
    assert "Remind…" not in text(browser(world.people["rae"]), world)


def test_an_ended_proposal_keeps_showing_its_votes(browser: Browser, world: World) -> None:
    proposal = world.open()
    world.vote(proposal, "rae", comment="Read against section 6.1")
    world.accept(proposal, "mara")
    found = text(browser(world.people["vic"]), world)
    assert "Votes" in found
    assert "Read against section 6.1" in found


def test_the_key_that_approves_is_there_while_one_can_approve(browser: Browser, world: World) -> None:
    proposal = world.open()
    rae = browser(world.people["rae"])
    (button,) = elements(rae.get(address(world)), "button", id="approve")
    assert button.attributes["data-action"] == "shortcut:approve@window->press#press"
    world.vote(proposal, "rae")
    assert not elements(rae.get(address(world)), "button", id="approve")


def test_a_renamed_file_is_named_by_both_names_where_accepting_waits_for_a_round(
    browser: Browser, world: World
) -> None:
    world.save("mara", files__a={"content": PROMPT})
    world.open({"files/a": {"content": changed(line_8="eight")}})
    change_files(
        caller=world.caller("mara"),
        project_id=world.project.id,
        base_version=world.version,
        session_id=None,
        renames={"files/b": "files/a"},
    )
    assert "a is called b now. A new round follows." in text(browser(world.people["mara"]), world)
