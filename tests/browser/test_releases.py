"""A release from its submission to the bundle that proves it anywhere."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.devices import code_of
from tests.browser.people import Person, World
from tests.browser.signers import fill_proof, keep_codes, let_sign, story, submit
from tests.browser.test_accessible import violations
from tests.browser.test_passkeys import add_a_passkey, hold_a_key


def slot(page: Page, meaning: str, state: str) -> None:
    expect(page.locator(".slot", has_text=meaning)).to_have_attribute("data-slot", state)


SIGNERS = {"authored": "author", "reviewed": "reviewer", "approved": "approver"}


def sign(somebody: Person, meaning: str) -> None:
    page = somebody.page
    page.get_by_role("link", name="Sign…").click()
    expect(page.get_by_role("heading", name="Sign release")).to_be_visible()
    fill_proof(page, somebody.user.username)
    page.get_by_role("button", name=f"Sign as {SIGNERS[meaning]}").click()
    expect(somebody.toast(f"as {SIGNERS[meaning]}")).to_be_visible()


def test_from_submission_to_a_bundle_that_proves_itself(
    person: Callable[..., Person], world: World, tmp_path: Path
) -> None:
    world.arrange(lambda: let_sign(world))
    daniel, priya, sven, mara = (person(name) for name in ("editor", "reviewer", "approver", "owner"))
    mara.at_work()

    page = daniel.open("releases/")
    page.get_by_role("link", name="Submit for review…").click()
    expect(page.locator(".change-row", has_text="Prompt")).to_contain_text("+")
    expect(page.get_by_label("Name of the release")).to_have_value("1.0.0")
    page.get_by_label("What changed, and why").fill("Amendment 4.\nAll sites asked for it.")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", name="Release 1.0.0")).to_be_visible()
    expect(page.locator(".release-notes")).to_contain_text("All sites asked for it.")
    address = page.url.removeprefix(world.address).partition("?")[0]

    mara.expect_state("in_review")
    expect(mara.bar("In review as release 1.0.0.").get_by_role("link", name="Open release")).to_be_visible()
    expect(mara.page.locator("#project-status")).to_contain_text("In review · v12")

    priya.open(address)
    slot(priya.page, "Authored", "waiting")
    priya.page.locator(".change-row", has_text="Prompt").get_by_role("link", name="Read").click()
    expect(priya.page.get_by_role("heading", name="Prompt")).to_be_visible()
    priya.page.go_back()

    sign(daniel, "authored")
    expect(daniel.page.get_by_role("link", name="the release notes")).to_have_count(0)
    slot(priya.page, "Authored", "signed")
    sign(priya, "reviewed")
    sven.open(address)
    sign(sven, "approved")

    expect(sven.page.locator(".release-title .badge")).to_contain_text("Frozen")
    expect(priya.page.locator(".release-title .badge")).to_contain_text("Frozen")
    expect(sven.page.locator(".record-check")).to_contain_text("unchanged since signing")
    sven.page.locator(".signed-statements summary", has_text="Approved").click()
    expect(sven.page.locator(".signed-statements [open]")).to_contain_text('"meaning":"approved"')
    mara.expect_state("frozen")
    expect(mara.bar("Frozen as release 1.0.0.").get_by_role("link", name="Reopen…")).to_be_visible()

    with sven.page.expect_download() as download:
        sven.page.get_by_role("link", name="Bundle").click()
    bundle = tmp_path / "bundle"
    zipfile.ZipFile(download.value.path()).extractall(bundle)
    root = next(path.parent for path in bundle.rglob("verify.py"))
    verdict = subprocess.run([sys.executable, "verify.py"], cwd=root, capture_output=True, text=True, check=False)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_a_wrong_password_leaves_the_dialog_as_it_was(person: Callable[..., Person], world: World) -> None:
    _, release = world.arrange(lambda: story(world))
    priya = person("reviewer")
    priya.expected.append("status of (403|429)")
    page = priya.open(f"releases/{release.id}/?sign=reviewed")
    page.get_by_label("Comment").fill("Section numbers checked")
    page.get_by_text("Exactly what will be signed").click()
    expect(page.locator("[data-sign-target=said]")).to_have_text("Section numbers checked")
    fill_proof(page, priya.user.username, "not my password")
    page.get_by_role("button", name="Sign as reviewer").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was signed")
    expect(page.get_by_label("Comment")).to_have_value("Section numbers checked")
    expect(page.get_by_label("User name")).to_have_value(priya.user.username)
    expect(page.locator("#sign-password")).to_have_value("")
    expect(page.locator("#sign-password")).to_be_focused()

    for _ in range(5):
        page.locator("#sign-password").fill("not my password")
        page.get_by_role("button", name="Sign as reviewer").click()
        expect(page.locator("#sign-password")).to_have_value("")
    expect(page.get_by_role("alert")).to_contain_text("signing is locked")


def test_closing_the_dialog_leads_the_focus_back_to_its_button(person: Callable[..., Person], world: World) -> None:
    _, release = world.arrange(lambda: story(world))
    page = person("reviewer").open(f"releases/{release.id}/")
    page.get_by_role("link", name="Sign…").press("Enter")
    expect(page.get_by_role("heading", name="Sign release")).to_be_visible()
    page.get_by_text("Approved", exact=True).last.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Sign…")).to_be_focused()


def test_a_page_catches_up_with_what_it_missed(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    broken = ["the line"]
    daniel.page.route_web_socket(
        re.compile("/ws/projects/"), lambda socket: socket.close() if broken else socket.connect_to_server()
    )
    page = daniel.open("releases/")
    world.arrange(lambda: submit(world, "1.0.0", 12))
    expect(page.locator("#project-status")).to_contain_text("Draft v12")
    broken.clear()
    expect(page.locator("#project-status")).to_contain_text("In review · v12")
    expect(page.get_by_role("link", name="1.0.0", exact=True)).to_be_visible()


def test_the_dialog_stands_in_the_address(person: Callable[..., Person], world: World) -> None:
    _, release = world.arrange(lambda: story(world))
    priya = person("reviewer")
    page = priya.open(f"releases/{release.id}/")
    page.get_by_role("link", name="Sign…").click()
    expect(page).to_have_url(f"{world.address}releases/{release.id}/?sign=reviewed")
    expect(page.get_by_text("have reviewed v12")).to_be_visible()
    expect(page.get_by_text("approve v12")).to_be_hidden()
    page.get_by_role("radio", name="Approved").check()
    expect(page).to_have_url(f"{world.address}releases/{release.id}/?sign=approved")
    expect(page.get_by_text("approve v12")).to_be_visible()
    expect(page.get_by_text("have reviewed v12")).to_be_hidden()
    expect(page.get_by_role("radio", name="Authored")).to_be_disabled()
    page.reload()
    expect(page.get_by_role("button", name="Sign as approver")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".sign-dialog")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("button", name="Sign as approver")).to_be_visible()


def test_a_passkey_signs(person: Callable[..., Person], world: World) -> None:
    _, release = world.arrange(lambda: story(world))
    priya = person("reviewer")
    page = priya.page
    hold_a_key(page)
    add_a_passkey(page, world, "Priya’s laptop", is_proven=True)
    priya.open(f"releases/{release.id}/?sign=reviewed")
    page.get_by_role("radio", name="Passkey").check()
    page.get_by_label("Comment").fill("Read twice")
    page.get_by_label("User name").fill(priya.user.username)
    page.get_by_role("button", name="Sign as reviewer").click()
    expect(priya.toast("as reviewer")).to_be_visible()
    slot(page, "Reviewed", "signed")


def test_a_one_time_code_signs(person: Callable[..., Person], world: World) -> None:
    _, release = world.arrange(lambda: story(world))
    secret = world.arrange(lambda: keep_codes(world, "reviewer"))
    priya = person("reviewer")
    page = priya.open(f"releases/{release.id}/?sign=reviewed")
    page.get_by_role("radio", name="One-time code").check()
    expect(page.locator("#sign-password")).to_be_hidden()
    page.get_by_label("User name").fill(priya.user.username)
    page.get_by_role("textbox", name="One-time code").fill(code_of(secret))
    page.get_by_role("button", name="Sign as reviewer").click()
    expect(priya.toast("as reviewer")).to_be_visible()
    slot(page, "Reviewed", "signed")


PAST = {"Reject": "rejected", "Withdraw": "withdrew"}


@pytest.mark.parametrize("act", PAST)
def test_a_review_ends_early_with_a_reason(person: Callable[..., Person], world: World, act: str) -> None:
    _, release = world.arrange(lambda: story(world))
    mara, daniel = person("owner"), person("editor")
    daniel.at_work()
    daniel.expect_state("in_review")
    page = mara.open(f"releases/{release.id}/")
    page.get_by_role("link", name=f"{act}…").click()
    page.get_by_label("Reason").fill("The dosing table is missing")
    page.get_by_role("button", name=f"{act} the release").click()
    expect(page.locator(".release-end-bar")).to_contain_text("The dosing table is missing")
    daniel.expect_state("free")
    expect(daniel.page.locator("#project-status")).to_contain_text("Draft v12")
    bar = daniel.bar("The dosing table is missing")
    expect(bar).to_contain_text(f"Mara Lindqvist {PAST[act]} release {release.name}")
    expect(bar.get_by_role("link", name="Open release")).to_have_attribute("href", re.compile(str(release.id)))
    bar.get_by_role("button", name="Close").click()
    expect(bar).to_be_hidden()


def test_c12_c20_a_print_shows_signatures_and_whether_the_record_changed(
    person: Callable[..., Person], world: World, tmp_path: Path
) -> None:
    release, _ = world.arrange(lambda: story(world))
    page = person("reviewer").open(f"releases/{release.id}/")
    expect(page.locator(".signature-table")).to_be_hidden()
    page.emulate_media(media="print")
    table = page.locator(".signature-table")
    for name, meaning in (("Daniel Okafor", "Authored"), ("Priya Raman", "Reviewed"), ("Sven Aalto", "Approved")):
        row = table.locator("tr:not(.signature-seal)", has_text=name)
        expect(row).to_be_visible()
        expect(row).to_contain_text(meaning)
        expect(row).to_contain_text(" UTC")
    expect(page.locator(".record-check")).to_contain_text("unchanged since signing")
    expect(page.get_by_role("heading", name="Since the first entry")).to_be_visible()
    expect(page.locator(".record .hash")).to_contain_text(release.draft.content_hash[:8])
    expect(page.locator(".print-foot")).to_contain_text("Printed by Priya Raman")
    for gone in (".projectbar", ".release-acts", ".toasts"):
        expect(page.locator(gone)).to_be_hidden()
    assert page.pdf(path=tmp_path / "release.pdf").startswith(b"%PDF")


def test_notes_of_a_release_in_review_are_edited_and_others_see_it_at_once(
    person: Callable[..., Person], world: World
) -> None:
    release = world.arrange(lambda: submit(world, "1.0.0", 12, "A first try"))
    daniel, mara = person("editor"), person("owner")
    shown = mara.open(f"releases/{release.id}/")
    page = daniel.open(f"releases/{release.id}/")
    page.get_by_role("link", name="Edit the release notes").click()
    field = page.get_by_label("What changed, and why")
    expect(field).to_have_value("A first try")
    assert violations(page) == []

    field.fill("Amendment 4 at all sites")
    page.get_by_role("button", name="Save notes").click()

    expect(daniel.toast("Release notes saved")).to_be_visible()
    expect(shown.locator(".release-notes")).to_have_text("Amendment 4 at all sites")
