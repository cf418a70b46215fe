"""The page Sites in a browser: by mouse, by keyboard alone, in both themes, and while links begin and end."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from stages.replication.choices import Decision, HeldReason
from stages.replication.link.live import show
from stages.replication.models import HeldBundle, Invitation, Peer
from tests.browser.people import Person, World
from tests.browser.test_accessible import in_both_themes
from tests.replication.rows import clock_of, hold
from tests.replication.scenes import Scene, add_records, admit_elsewhere, six_sites

REASON = "Its disk was sold, and nobody knows to whom"


@pytest.fixture
def scene(world: World) -> Scene:
    found: Scene = world.arrange(lambda: six_sites(world.project, world.caller("owner")))
    return found


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement?.id || document.activeElement?.textContent?.trim()"))


def tab_to(page: Page, words: str, *, most: int = 60) -> None:
    """Press Tab until the focus is where these words are."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if words in focused(page):
            return
    raise AssertionError(f"Tab does not lead to {words}")


def test_an_invitation_is_made_copied_and_withdrawn(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.open("sites/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Invite a site…").click()
    dialog = page.get_by_role("dialog", name="Invite a site")
    dialog.get_by_label("Send it a copy of the record").check()
    dialog.get_by_role("button", name="Make the invitation").click()
    shown = page.get_by_role("dialog", name="The invitation")
    text = shown.get_by_label("Text")
    expect(text).to_have_value(re.compile("^foundry-invitation:"))
    shown.get_by_role("button", name="Copy the text").click()
    expect(shown.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text.input_value()
    shown.get_by_role("link", name="Done").click()
    expect(page.get_by_text("Open invitations")).to_be_visible()
    expect(page.locator("#invitation-text")).to_have_count(0)
    page.get_by_role("button", name="Withdraw").click()
    expect(mara.toast("The invitation is withdrawn.")).to_be_visible()
    invitations = world.arrange(lambda: list(Invitation.objects.filter(project=world.project)))
    assert [each.withdrawn_at is not None for each in invitations] == [True]


def test_a_site_is_admitted_and_another_one_revoked(person: Callable[..., Person], world: World, scene: Scene) -> None:
    world.arrange(lambda: admit_elsewhere(world.project, "Train", scene.peers["Basel"]))
    mara = person("owner")
    page = mara.open("sites/")
    page.get_by_role("region", name="For you to decide").get_by_role("link", name="Admit…").click()
    dialog = page.get_by_role("dialog", name="Admit Train?")
    expect(dialog.locator(".sites-fingerprint")).to_be_visible()
    dialog.get_by_role("button", name="Admit").click()
    expect(mara.toast("Train is admitted.")).to_be_visible()
    page.locator(".sites-node", has_text="Lyon").click()
    page.get_by_role("link", name="Revoke…").click()
    dialog = page.get_by_role("dialog", name="Revoke Lyon?")
    dialog.get_by_label("Reason").fill(REASON)
    dialog.get_by_role("button", name="Revoke").click()
    expect(mara.toast("Lyon is revoked.")).to_be_visible()
    expect(page.locator(".sites-node[data-state=revoked]")).to_have_count(2)


def test_a_reason_that_was_begun_is_there_after_a_reload(
    person: Callable[..., Person], world: World, scene: Scene
) -> None:
    lyon = scene.peers["Lyon"]
    mara = person("owner")
    page = mara.open(f"sites/{lyon.key_text}/revoke/")
    with page.expect_response(lambda answer: "unsent" in answer.url and answer.request.method != "GET"):
        page.get_by_role("textbox", name="Reason").fill(REASON)
    page.reload()
    expect(page.get_by_role("textbox", name="Reason")).to_have_value(REASON)


def test_a_held_bundle_is_discarded_for_a_reason(person: Callable[..., Person], world: World, scene: Scene) -> None:
    mara = person("owner")
    page = mara.open("sites/")
    row = page.locator(".sites-row", has_text="Visp plant")
    row.get_by_role("link", name="Discard…").click()
    dialog = page.get_by_role("dialog", name="Discard this bundle?")
    dialog.get_by_label("Reason").fill(REASON)
    dialog.get_by_role("button", name="Discard").click()
    expect(mara.toast("The bundle is discarded.")).to_be_visible()
    held = world.arrange(lambda: HeldBundle.objects.get(pk=scene.held["unknown_key"].pk))
    assert held.decision == Decision.DISCARDED


def test_a_refusal_of_a_held_bundle_is_said_in_its_dialog(
    person: Callable[..., Person], world: World, scene: Scene
) -> None:
    mara = person("owner")
    mara.expected.append("status of 4")
    page = mara.open("sites/")
    page.locator(".sites-row", has_text="Zug office").get_by_role("link", name="Release…").click()
    dialog = page.get_by_role("dialog", name="Release this bundle?")
    dialog.get_by_label("Reason").fill(REASON)
    dialog.get_by_role("button", name="Release").click()
    expect(dialog.get_by_role("alert").first).to_be_visible()
    expect(dialog.get_by_label("Reason")).to_have_value(REASON)


def test_everything_is_reached_by_keyboard_alone(person: Callable[..., Person], world: World, scene: Scene) -> None:
    mara = person("owner")
    page = mara.open("sites/")
    tab_to(page, "site-")
    first = focused(page)
    page.keyboard.press("ArrowRight")
    assert focused(page) != first
    for _step in range(5):
        page.keyboard.press("ArrowRight")
    assert focused(page) == first
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator(".sites-node[aria-current]")).to_contain_text("Zug office")
    tab_to(page, "Admit again…")
    page.goto(f"{world.address}sites/")
    tab_to(page, "Discard…")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Discard this bundle?")).to_be_visible()
    expect(page.get_by_role("textbox", name="Reason")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Discard…").first).to_be_focused()


def test_a_link_that_begins_and_changes_that_arrive_are_said_at_once(
    person: Callable[..., Person], world: World, scene: Scene
) -> None:
    """A site that was away comes back, catches up, and all have the same."""
    project_id: UUID = world.project.id
    visp = scene.peers["Visp plant"]
    mara = person("owner")
    page = mara.open("sites/")
    node = page.locator(".sites-node", has_text="Visp plant")
    expect(node).to_contain_text("behind by 14")
    expect(page.locator(".project-mark")).to_contain_text("1 site away")
    expect(page.locator("#live-body[data-line=live]")).to_be_visible()

    def links(**facts: object) -> None:
        basel = Peer.objects.get(pk=scene.peers["Basel"].pk)
        linked = {"connected_at": basel.connected_at, "claimed_until": basel.claimed_until}
        # Without an address: the server of the test would dial it.
        Peer.objects.filter(pk=visp.pk).update(address="", node="", **linked, **facts)

    world.arrange(links)
    world.arrange(lambda: show(project_id, "sync.connected", site=visp.key_text))
    expect(page.locator("#live-words")).to_have_text("Visp plant is linked.")
    expect(node).to_contain_text("Behind by 14")
    world.arrange(lambda: show(project_id, "sync.progress", site=visp.key_text, remaining=9))
    expect(page.locator("#live-words")).to_have_text("Changes from Visp plant arrive.")
    clock = world.arrange(lambda: clock_of(world.project))
    world.arrange(lambda: Peer.objects.filter(project=world.project, revoked_at=None).update(clock=clock, remaining=0))
    world.arrange(lambda: show(project_id, "sync.progress", site=visp.key_text, remaining=0))
    expect(page.locator("#sites-verdict")).to_contain_text("Same on all 5 sites at")
    expect(node).to_contain_text("Same · heard")
    expect(page.locator(".project-mark")).to_have_count(0)
    expect(page.locator("#live-words")).to_have_text("All changes from Visp plant are here.")


def test_what_is_held_is_narrowed_and_paged_by_keyboard_and_is_accessible(
    person: Callable[..., Person], world: World, scene: Scene
) -> None:
    zug, lyon = scene.peers["Zug office"], scene.peers["Lyon"]
    world.arrange(lambda: [hold(zug, number, HeldReason.REVOKED) for number in range(200, 320)])
    world.arrange(lambda: hold(lyon, 200, HeldReason.READ_ONLY))
    mara = person("owner")
    page = mara.open("sites/")
    rows = page.locator(".sites-row", has_text="bundle")
    older = page.get_by_role("link", name="Older bundles")
    older.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Newer bundles")).to_be_visible()
    expect(page.get_by_role("heading", name="Held back")).to_be_in_viewport()
    assert in_both_themes(page) == []
    page.get_by_label("Reason").select_option("read_only")
    page.wait_for_url("**held_reason=read_only**")
    expect(rows.filter(has_text="Lyon")).not_to_have_count(0)
    expect(rows.filter(has_text="Zug office")).to_have_count(0)
    rows.filter(has_text="bundle 200").get_by_role("link", name="Discard…").click()
    page.get_by_role("dialog").get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Discard", exact=True).click()
    expect(mara.toast("The bundle is discarded.")).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_value("read_only")
    assert in_both_themes(page) == []


def test_the_mark_in_the_header_follows_on_every_page(
    person: Callable[..., Person], world: World, scene: Scene
) -> None:
    project_id: UUID = world.project.id
    visp = scene.peers["Visp plant"]
    fields, releases, history = (person(role) for role in ("owner", "editor", "reviewer"))
    marks = [each.open(path).locator(".project-mark") for each, path in ((fields, ""), (releases, "releases/"))]
    silent = history.page
    silent.clock.install()
    history.open("history/")
    for mark in (*marks, silent.locator(".project-mark")):
        expect(mark).to_contain_text("1 site away")

    def arrives() -> None:
        clock = clock_of(world.project)
        Peer.objects.filter(project=world.project, revoked_at=None).update(clock=clock, remaining=0)
        show(project_id, "sync.changed", site=visp.key_text)

    world.arrange(arrives)
    for mark in marks:
        expect(mark).to_have_count(0)
    # A page without a socket asks now and then.
    silent.clock.fast_forward(31_000)
    expect(silent.locator(".project-mark")).to_have_count(0)
    world.arrange(lambda: add_records(world.project, world.caller("editor"), 1))
    for mark in marks:
        expect(mark).to_contain_text("1 to send")


def test_a_mark_that_changed_while_the_line_was_broken_is_right_again(
    person: Callable[..., Person], world: World, scene: Scene
) -> None:
    mara = person("owner")
    mark = mara.open("releases/").locator(".project-mark")
    expect(mark).to_contain_text("1 site away")
    mara.page.context.set_offline(True)
    expect(mara.page.get_by_text("Offline.")).to_be_visible()
    clock = world.arrange(lambda: clock_of(world.project))
    world.arrange(lambda: Peer.objects.filter(project=world.project, revoked_at=None).update(clock=clock, remaining=0))
    mara.page.context.set_offline(False)
    expect(mark).to_have_count(0)
    # Its tries to connect, while it could not.
    mara.complaints.clear()


def test_a_record_that_is_written_here_is_to_be_sent(person: Callable[..., Person], world: World, scene: Scene) -> None:
    mara = person("owner")
    page = mara.open("sites/")
    expect(page.locator(".sites-node", has_text="Visp plant")).to_contain_text("behind by 14")
    world.arrange(lambda: add_records(world.project, world.caller("editor"), 1))
    expect(page.locator(".sites-node", has_text="Visp plant")).to_contain_text("behind by 15")


def test_ring_table_dialogs_and_the_page_of_one_site_are_accessible(
    person: Callable[..., Person], world: World, scene: Scene
) -> None:
    lyon = scene.peers["Lyon"].key_text
    mara = person("owner")
    page = mara.page
    for path in ("", "?as=table", "invite/", f"{lyon}/rights/", f"{lyon}/revoke/", f"{lyon}/admit/", "differs/"):
        mara.open(f"sites/{path}")
        assert in_both_themes(page) == [], path
    page.set_viewport_size({"width": 390, "height": 844})
    mara.open("sites/")
    expect(page.locator(".sites-table")).to_be_visible()
    expect(page.locator(".sites-ring")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_project_at_one_site_is_accessible(person: Callable[..., Person], world: World) -> None:
    page = person("owner").open("sites/")
    expect(page.get_by_role("heading", name="This project is at one site")).to_be_visible()
    assert in_both_themes(page) == []
