"""Comments on the rounds of a proposal, on its page."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from drafts.comments.models import Comment
from drafts.comments.services import answer_comment, resolve_comment
from proposals.models import Proposal
from proposals.services import comment_on_proposal
from tests.proposals.conftest import World, changed
from tests.workspace.conftest import Browser
from tests.workspace.html import elements

pytestmark = pytest.mark.django_db


def address(world: World, rest: str = "") -> str:
    return f"/projects/{world.project.id}/proposals/1/{rest}"


def say(
    world: World, proposal: Proposal, text: str, line: int | None = 8, by: str = "rae", side: str = "after"
) -> Comment:
    return comment_on_proposal(
        caller=world.caller(by),
        proposal_id=proposal.id,
        round=1,
        target="prompt_text",
        text=text,
        side=side,
        anchor={"from_line": line, "to_line": line} if line else None,
    )


def talks(client: Client, world: World, query: str = "") -> list[tuple[str, str, str]]:
    """Where the threads of the comparison stand, and their words."""
    found = elements(client.get(address(world, query)), "tr", class_="line-talk")
    return [(each.attributes["data-side"], each.attributes["data-line"], " ".join(each.text.split())) for each in found]


def test_open_threads_stand_under_their_lines_on_both_sides(browser: Browser, world: World) -> None:
    proposal = world.open()
    say(world, proposal, "Why eight?")
    say(world, proposal, "Was right", side="current")
    settled = say(world, proposal, "Long settled")
    resolve_comment(caller=world.caller("ed"), comment_id=settled.id)
    rae = browser(world.people["rae"])
    for view in ("split", "unified"):
        found = talks(rae, world, f"?view={view}")
        assert [(side, line) for side, line, _words in found] == [("current", "8"), ("after", "8")]
        assert "Was right" in found[0][2]
        assert "Why eight?" in found[1][2]
    page = rae.get(address(world)).content.decode()
    assert "1 resolved or withdrawn" in page
    assert page.index("Long settled") > page.index("1 resolved or withdrawn")


def test_of_very_many_threads_the_newest_are_shown_and_open_ones_before_the_others(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = world.open()
    monkeypatch.setattr("workspace.proposals.talk.MAX_THREADS", 2)
    threads = [say(world, proposal, f"The {words} question") for words in ("first", "second", "third")]
    resolve_comment(caller=world.caller("ed"), comment_id=threads[-1].id)
    rae = browser(world.people["rae"])
    page = rae.get(address(world)).content.decode()
    assert "Only the newest are shown." in page
    assert [f"The {words} question" in page for words in ("first", "second", "third")] == [True, True, False]


def test_what_is_asked_of_one_field_reads_its_threads_alone(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = world.open({"prompt_text": changed(line_8="eight"), "files/a.md": {"content": "one\ntwo\n"}})
    say(world, proposal, "Why eight?")
    comment_on_proposal(
        caller=world.caller("rae"), proposal_id=proposal.id, round=1, target="files/a.md", text="Why a file?"
    )
    monkeypatch.setattr("workspace.proposals.talk.MAX_THREADS", 1)
    page = browser(world.people["rae"]).get(address(world, "comments/?round=1&field=prompt_text&line=8"))
    assert "Why eight?" in page.content.decode()


def test_thread_follows_its_text_to_the_next_round_and_names_its_own(browser: Browser, world: World) -> None:
    proposal = world.open()
    say(world, proposal, "Why eight?")
    world.restage(proposal, {"prompt_text": "new\n" + changed(line_8="eight")})
    world.submit(proposal)
    ((side, line, words),) = talks(browser(world.people["ed"]), world)
    assert (side, line) == ("after", "9")
    assert "Round 1" in words


def test_comment_is_written_on_a_line_and_on_a_whole_field(browser: Browser, world: World) -> None:
    world.open()
    rae = browser(world.people["rae"])
    form = rae.get(address(world, "comments/?round=1&field=prompt_text&line=8&form=1")).content.decode()
    assert 'aria-label="Comment on line 8"' in form
    facts = {"round": "1", "field": "prompt_text", "text": "Here"}
    on_line = rae.post(address(world, "comments/"), {**facts, "line": "8"}, headers={"HX-Request": "true"})
    assert "Here" in on_line.content.decode()
    assert "comments-changed" in on_line["HX-Trigger"]
    whole = rae.post(address(world, "comments/"), {**facts, "text": "In general"})
    assert whole["Location"] == address(world)
    assert [words for _side, _line, words in talks(rae, world) if "Here" in words]
    assert "In general" in rae.get(address(world)).content.decode()
    assert Comment.objects.get(text="Here").from_line == 8


def test_comment_on_all_that_a_round_changes_names_no_field(browser: Browser, world: World) -> None:
    world.open()
    rae = browser(world.people["rae"])
    written = rae.post(
        address(world, "comments/"), {"round": "1", "text": "In general"}, headers={"HX-Request": "true"}
    )
    assert "proposal-composer" in written.content.decode()
    comment = Comment.objects.get(text="In general")
    assert (comment.field, comment.content_id, comment.side) == ("", None, "after")
    assert str(comment.id) in written["HX-Trigger"]
    (thread,) = elements(rae.get(address(world)), "article", class_="thread round-thread")
    assert "In general" in thread.text
    assert "Prompt" not in thread.text


def test_refused_comment_keeps_its_text(browser: Browser, world: World) -> None:
    world.open()
    rae = browser(world.people["rae"])
    words = "x" * 10_001
    for place in ({"field": "prompt_text", "line": "8"}, {"field": "prompt_text"}, {}):
        page = rae.post(
            address(world, "comments/"),
            {"round": "1", "text": words, **place},
            headers={"HX-Request": "true"},
        )
        assert page.status_code == 400
        assert words in page.content.decode()
        assert "field-error" in page.content.decode()


def test_viewer_reads_threads_without_forms(browser: Browser, world: World) -> None:
    proposal = world.open()
    thread = say(world, proposal, "Why eight?")
    answer_comment(caller=world.caller("ed"), comment_id=thread.id, text="Because.")
    page = browser(world.people["vic"]).get(address(world)).content.decode()
    assert "Because." in page
    assert "proposal-composer" not in page
    assert "Send reply" not in page


def test_answer_without_a_script_leads_back_to_the_proposal(browser: Browser, world: World) -> None:
    proposal = world.open()
    thread = say(world, proposal, "Why eight?")
    ed = browser(world.people["ed"])
    base = f"/projects/{world.project.id}/comments/{thread.id}"
    assert ed.post(f"{base}/reply/", {"text": "So."})["Location"] == address(world)
    assert ed.post(f"{base}/resolve/")["Location"] == address(world)
    assert ed.post(f"{base}/reopen/")["Location"] == address(world)


def test_places_tell_an_open_page_what_has_changed(browser: Browser, world: World) -> None:
    proposal = world.open()
    rae = browser(world.people["rae"])

    def places() -> dict[str, dict[str, str]]:
        (element,) = elements(rae.get(address(world, "?live=1&round=1")), "p", data_controller="talk-places")
        found: dict[str, dict[str, str]] = json.loads(element.attributes["data-talk-places-of-value"])
        return found

    assert places() == {}
    thread = say(world, proposal, "Why eight?")
    before = places()
    assert list(before["prompt_text"]) == ["new:8"]
    answer_comment(caller=world.caller("ed"), comment_id=thread.id, text="Because.")
    assert places() != before


def test_line_of_the_inbox_opens_the_page_at_the_thread(browser: Browser, world: World) -> None:
    proposal = world.open()
    thread = say(world, proposal, "Why eight?")
    page = browser(world.people["ed"]).get(address(world, f"?comment={thread.id}")).content.decode()
    assert 'data-controller="reveal-thread"' in page


def test_open_comments_that_only_warn_are_told_to_whoever_accepts(browser: Browser, world: World) -> None:
    say(world, world.open(), "Why eight?")
    page = browser(world.people["mara"]).get(address(world)).content.decode()
    assert "Writes 1 change as one version. 1 comment is open." in " ".join(page.split())


def test_open_comments_that_block_are_named_in_the_decision(browser: Browser, world: World) -> None:
    world.require(open_comments="block")
    proposal = world.open()
    say(world, proposal, "Why eight?")
    mara = browser(world.people["mara"])
    assert "1 comment is open." in mara.get(address(world)).content.decode()
    assert mara.post(address(world, "accept/"), {"round": "1"}).status_code == 409
