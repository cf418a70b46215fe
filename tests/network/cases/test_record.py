"""The record of home at another site: it comes at once, is read there, nothing of it changes, and nobody alters it."""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError

from accounts.models import User
from projects.services import add_member
from tests.browser.passwords import hashed_as_the_server_does
from tests.cast import new_reviewed
from tests.faults.client import Client
from tests.faults.client import RefusedError as RefusedByGateway
from tests.network.cases.window import Window
from tests.network.conftest import Trio
from tests.network.people import Person
from tests.network.site import Site
from tests.patience import until
from tests.publishing.reviews import PASSWORD, Review, begun, caller_of

NOTES = "For the first study."
PROMPT = "# Role\nBe exact and brief.\n"
SESSION = "01890000-0000-7000-8000-000000000000"
COPIED = "FROM replication_copiedevent WHERE project_id = %s"


def reviewed_at(apart: Trio) -> Review:
    """A project of A in which A's owner is one of the owners."""
    with apart.a.opened(), hashed_as_the_server_does():
        review = begun(*new_reviewed())
        # The node of A knows nothing of a lock that this process has taken, and would end it.
        review.writer.give_back()
        owner = User.objects.get(pk=UUID(apart.a.owner.id))
        caller = caller_of(review.people["owner"])
        add_member(caller=caller, project_id=review.project.id, user_id=owner.id, role="owner")
    apart.network.project = str(review.project.id)
    return review


def test_what_home_saves_and_releases_is_read_at_the_replica_and_changed_there_by_no_door(apart: Trio) -> None:
    """Case 31."""
    network, a, b = apart.network, apart.a, apart.b
    review = reviewed_at(apart)
    network.connect(a, b, copies=True)
    project = network.project
    editor = a.person_of(review.people["editor"])
    for number in range(2, 15):
        save_at_home(editor, project, f"{PROMPT}Draft {number}.\n", base=number - 1)
    window, here = Window(b.owner), f"/projects/{project}/home/"
    until(lambda: "v14" in window.open(here).words, "the record comes")
    release_at_home(a, review)

    def is_shown() -> bool:
        page = window.open(here)
        return page.status == 200 and all(each in page.words for each in ("v15", "1.0.0", "Verified up to"))

    until(is_shown, "At home shows both", 5)
    text = f"v1/projects/{project}/home/versions/15/text/?field=prompt_text"
    until(lambda: b.owner.request("GET", text).status == 200, "its text comes")
    assert b.owner.request("GET", text).body["text"] == PROMPT
    release = re.findall(rf"{here}releases/[0-9a-f-]+/", window.open(f"{here}releases/").text)
    assert NOTES in window.open(release[0]).words
    before = b.rows(f"SELECT seq, hash {COPIED} ORDER BY seq", [project])
    refuses_by_rest(b.owner, project, a.name)
    asyncio.run(refuses_by_gateway(b, project, a.name))
    for path, form in FORMS.items():
        page = window.open(f"/projects/{project}/{path}", form)
        assert (path, page.status, a.name in page.words) == (path, 409, True), page.words
    assert f"Its settings are changed at its home, {a.name}." in window.open(f"/projects/{project}/settings/").words
    assert b.rows("SELECT 1 FROM drafts_draft WHERE project_id = %s", [project]) == []
    assert b.rows(f"SELECT seq, hash {COPIED} ORDER BY seq", [project])[: len(before)] == before


def save_at_home(editor: Person, project: str, text: str, *, base: int) -> None:
    """Save the prompt by REST: home's node would end a lock that this process took, and wake no links for its saves."""
    here = f"projects/{project}/"
    session = editor.post(f"{here}sessions/")["session_id"]
    token = editor.post(f"{here}locks/", {"field": "prompt_text", "session_id": session})["token"]
    saving = {"base_version": base, "changes": {"prompt_text": text}, "tokens": {"prompt_text": token}}
    editor.post(f"{here}drafts/", {**saving, "session_id": session})
    editor.post(f"{here}locks/release/", {"field": "prompt_text", "session_id": session})


def release_at_home(home: Site, review: Review) -> None:
    """Save v15 and release it, by REST."""
    people = {role: home.person_of(review.people[role]) for role in ("editor", "reviewer", "owner")}
    here, editor = f"projects/{review.project.id}/", people["editor"]
    save_at_home(editor, str(review.project.id), PROMPT, base=14)
    release = editor.post(f"{here}releases/", {"name": "1.0.0", "version": 15, "notes": NOTES})
    for role, meaning in (("editor", "authored"), ("reviewer", "reviewed"), ("owner", "approved")):
        proof = {"username": people[role].username, "password": PASSWORD, "comment": "Read"}
        read = hashlib.sha256(NOTES.encode()).hexdigest()
        people[role].post(f"releases/{release['id']}/signatures/", {**proof, "meaning": meaning, "notes": read})


FORMS: dict[str, dict[str, Any]] = {
    "releases/new/": {"name": "9.9", "version": 1},
    "settings/": {"name": "Mine", "description": "", "access": "private"},
}


def refuses_by_rest(person: Person, project: str, home: str) -> None:
    prompt = {"prompt_text": "Changed"}
    saving = {"base_version": 15, "changes": prompt, "tokens": {}, "session_id": SESSION}
    bodies: dict[str, Any] = {
        "drafts/": saving,
        "drafts/1/revert/": {"session_id": SESSION, "base_version": 15},
        "files/": {"base_version": 15, "changes": {"files/a.md": {"content": "A"}}, "session_id": SESSION},
        "locks/": {"field": "prompt_text", "session_id": SESSION},
        "undo/": {"session_id": SESSION, "base_version": 15},
        "redo/": {"session_id": SESSION, "base_version": 15},
        "releases/": {"name": "9.9", "version": 15},
    }
    for path, body in bodies.items():
        answer = person.request("POST", f"v1/projects/{project}/{path}", body)
        assert (path, answer.status, answer.code, answer.body.get("home")) == (path, 409, "project_frozen", home)


async def refuses_by_gateway(site: Site, project: str, home: str) -> None:
    client = Client(site.owner, project)  # type: ignore[arg-type]
    await client.open(site.node)
    changes = {"prompt_text": {"content": "Changed"}}
    asked: dict[str, dict[str, Any]] = {
        "lock.acquire": {"field": "prompt_text"},
        "draft.save": {"base_version": 15, "changes": changes, "tokens": {"prompt_text": 1}},
        "files.change": {"base_version": 15, "changes": {"files/a.md": {"content": "A"}}},
    }
    try:
        for method, params in asked.items():
            with pytest.raises(RefusedByGateway) as refusal:
                await client.call(method, **params)
            assert (method, refusal.value.code, refusal.value.problem.get("home")) == (method, "project_frozen", home)
    finally:
        await client.leave()


def test_a_copied_event_that_somebody_altered_is_named_by_the_verifier_there(apart: Trio) -> None:
    """Case 33."""
    network, a, b = apart.network, apart.a, apart.b
    reviewed_at(apart)
    network.connect(a, b, copies=True)
    project = network.project
    until(lambda: b.rows(f"SELECT 1 {COPIED} AND seq = 5", [project]), "the record comes")
    network.verify(b)
    kept = dict(b.rows(f"SELECT seq, canonical {COPIED} AND seq IN (2, 5)", [project]))
    altered = {seq: canonical.replace('"kind":"human"', '"kind":"agent"') for seq, canonical in kept.items()}
    change = (
        "UPDATE replication_copiedevent SET canonical = CASE seq WHEN 2 THEN %s ELSE %s END"
        " WHERE project_id = %s AND seq IN (2, 5)"
    )
    table, put_right = "replication_copiedevent", [kept[2], kept[5], project]
    with b.tampered(
        table, change, [altered[2], altered[5], project], put_right=lambda: b.tamper(table, change, put_right)
    ):
        with pytest.raises(CommandError) as found:
            b.manage("verify_audit")
        said = str(found.value)
        assert f"{project}#2" in said, said
        assert f"{project}#5" not in said, said
        network.verify(a)
    network.verify(b)
