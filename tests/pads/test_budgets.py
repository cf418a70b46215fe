"""No page and no write of pads asks the database more often because there are more revisions, writers or pads."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from drafts.models import Draft
from kernel.crdt.edits import Edit
from stages.pads.models import Pad
from stages.pads.services import append_revisions, keep_snapshot
from stages.pads.submissions import EditsSubmission
from tests.pads.test_promoting import promote
from tests.pads.world import World, edit
from tests.workspace.conftest import Browser, browser  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db

# Beyond this a page is slow, however constant.
MAX_QUERIES = 28
PAGES = (
    "",
    "new/?field=prompt_text",
    "{pad}/",
    "{pad}/change/",
    "{pad}/promote/",
    "{pad}/promote/?form&part=0-2&into=all:prompt_text",
    "{pad}/history/",
    "{pad}/history/?at=2",
    "{pad}/history/?at=2&show=text",
    "{pad}/history/hash/?at=2",
    "{pad}/history/restore/?revision=1",
    "{pad}/history/take-back/",
    "{pad}/written/?revision=2&position=0",
)


def queries_of(client: Client, pad: Pad) -> dict[str, int]:
    """How many queries each page takes."""
    counts = {}
    for page in PAGES:
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(f"/projects/{pad.project_id}/pads/{page.format(pad=pad.id)}")
        assert answer.status_code == 200, page
        counts[page] = len(captured)
    return counts


def more_of_everything(world: World, pad: Pad, rounds: int) -> None:
    """Sessions, revisions by several people, promoted versions, and other pads with the same."""
    for number in range(rounds):
        for each in (pad, world.pad(name=f"Pad {number}", target_field="prompt_text", start="field")):
            for name in ("ed", "mara", "olga"):
                each.refresh_from_db()
                edit(world.session(name), each, each.head, (0, 0, f"{name} {number} {each.name}\n"))
            each.refresh_from_db()
            version = Draft.objects.of_project(world.project.id).latest("version_number").version_number
            promote(world, each, revision=each.head, base_version=version)


def test_a_page_takes_the_same_queries_for_any_number_of_pads_writers_and_revisions(
    browser: Browser,  # noqa: F811
    world: World,
):
    pad, client = world.pad(target_field="prompt_text", start="field"), browser(world.people["ed"])
    more_of_everything(world, pad, 2)
    keep_snapshot(pad_id=pad.id)
    queries_of(client, pad)
    before = queries_of(client, pad)
    more_of_everything(world, pad, 6)
    assert queries_of(client, pad) == before
    assert max(before.values()) <= MAX_QUERIES


def test_a_batch_takes_the_same_queries_for_any_number_of_changes_and_writers(world: World):
    pad, people = world.pad(), [world.session(name) for name in ("ed", "mara", "olga", "ed", "mara")]
    for number, caller in enumerate(people):
        edit(caller, pad, number, (0, 0, "x"))

    def queries(changes: list[Any]) -> int:
        pad.refresh_from_db()
        submissions = [
            EditsSubmission(caller=caller, revision=pad.head + number, edits=(Edit(0, 0, "a"),))
            for number, caller in enumerate(changes)
        ]
        with CaptureQueriesContext(connection) as captured:
            outcomes = append_revisions(pad_id=pad.id, submissions=submissions)
        assert not [each for each in outcomes if isinstance(each, Exception)]
        return len(captured)

    alone = queries(people[:1])
    assert queries(people * 6) == alone
    assert queries(people[:1]) == alone
