"""People of the browser tests who may sign, and releases of the project that they share."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from playwright.sync_api import Page

from accounts.callers import foundry_caller
from accounts.factors import acting_as
from accounts.services import create_account
from accounts.suspension import restore_signing
from drafts.comments.services import create_comment
from drafts.tasks.services import change_task, create_task
from projects.services import add_member, reopen_project
from publishing.credentials import SigningCredentials
from publishing.models import Release
from publishing.services import sign_release, submit_release
from tests.browser.passwords import give_password, hashed_as_the_server_does
from tests.browser.people import World

PASSWORD = "lantern-orbit-43"
# Somebody who wrote nothing, and so can approve.
APPROVER = "Sven Aalto"


def let_sign(world: World) -> None:
    """Give an editor, a reviewer and an approver passwords; to be used inside `arrange`, before their windows open."""
    foundry = foundry_caller("command")
    username = f"approver-{token_hex(4)}"
    world.people["approver"] = create_account(caller=foundry, username=username, display_name=APPROVER)
    user_id = world.people["approver"].id
    add_member(caller=world.caller("owner"), project_id=world.project.id, user_id=user_id, role="reviewer")
    for name in ("editor", "reviewer", "approver"):
        user = world.people[name]
        give_password(user, PASSWORD)
        restore_signing(caller=foundry, user_id=user.id, reason="It was me")
        user.refresh_from_db()


def keep_codes(world: World, name: str) -> str:
    """Give somebody an app for one-time codes; returns the secret that it keeps. To be used inside `arrange`."""
    secret = str(generate_totp_secret())
    with acting_as(world.caller(name)):
        TOTP.activate(world.people[name], secret)
    return secret


def submit(world: World, name: str, version: int, notes: str = "") -> Release:
    return submit_release(
        caller=world.caller("editor"), project_id=world.project.id, name=name, version=version, notes=notes
    )


def sign(world: World, release: Release, meaning: str, by: str, comment: str = "") -> None:
    proof = SigningCredentials(username=world.people[by].username, password=PASSWORD)
    notes = Release.objects.get(pk=release.id).notes
    with hashed_as_the_server_does():
        sign_release(
            caller=world.caller(by),
            release_id=release.id,
            meaning=meaning,
            proof=proof,
            comment=comment,
            notes=notes.sha256 if notes else "",
        )


def story(world: World) -> tuple[Release, Release]:
    """1.0.0 is frozen and the project reopened since; 1.1.0 waits for its review, with a few points still open."""
    let_sign(world)
    first = submit(world, "1.0.0", 9)
    sign(world, first, "authored", "editor")
    sign(world, first, "reviewed", "reviewer", "Read against amendment 3")
    sign(world, first, "approved", "approver")
    reopen_project(caller=world.caller("owner"), project_id=world.project.id, reason="Amendment 4")
    remark: dict[str, Any] = {"version": 12, "target_field": "prompt_text", "anchor": {"from_line": 6, "to_line": 6}}
    text = "Cite 6.1.2, otherwise this reads as our opinion."
    project: dict[str, Any] = {"caller": world.caller("reviewer"), "project_id": world.project.id}
    create_comment(**project, **remark, text=text)
    create_task(**project, text="Run the 40 sample questions against v12", assignee_id=world.people["owner"].id)
    done = create_task(**project, text="Check the CTCAE terms against version 5.0")
    change_task(caller=world.caller("reviewer"), task_id=done.id, done=True)
    second = submit(world, "1.1.0", 12, "Reporting within 24 hours.\n\nWhy: amendment 4 is in force at all sites.")
    sign(world, second, "authored", "editor")
    return first, second


def fill_proof(page: Page, username: str, password: str = PASSWORD) -> None:
    """Type what the dialog asks for: the name where it does, and the password."""
    page.get_by_label("User name").fill(username)
    page.locator("#sign-password").fill(password)
