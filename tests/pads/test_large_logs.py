"""Logs of large changes: no answer, and no step that a node does for somebody, holds all of them at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from accounts.models import User
from kernel.crdt.edits import Edit
from kernel.errors import Conflict
from locking.sessions import open_session
from projects.models import Project
from stages.pads.documents import DOCUMENTS
from stages.pads.live import PadHistory, pad_topic
from stages.pads.loading import load_document
from stages.pads.models import Pad, Snapshot
from stages.pads.services import append_revisions, create_pad, keep_snapshot, open_writer, tidy_if_due, tidy_snapshots
from stages.pads.sizes import MAX_BYTES
from stages.pads.submissions import EditsSubmission
from tests.gateway.conftest import SocketOf, in_thread
from tests.pads.live import TextClient
from tests.pads.world import World, edit, text_of
from tests.rest.client import Api, members

# Of one change; each is stored as edits and as an update.
LARGE = "x" * 500_000
# They exceed what is read at once several times.
CHANGES = 40


def fill(pad: Pad, session: Any, count: int = CHANGES) -> None:
    """Insert much, and delete it again, many times."""
    open_writer(caller=session, pad_id=pad.id)
    head = Pad.objects.get(pk=pad.id).head
    for number in range(head, head + count, 2):
        large = [Edit(0, 0, LARGE)], [Edit(0, len(LARGE), "")]
        submissions = [
            EditsSubmission(caller=session, revision=number + at, edits=tuple(edits)) for at, edits in enumerate(large)
        ]
        outcomes = append_revisions(pad_id=pad.id, submissions=submissions)
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []


def size_of(answer: Any) -> int:
    return len(json.dumps(answer))


@pytest.fixture
def large(world: World) -> Pad:
    pad, ed = world.pad(), world.session("ed")
    edit(ed, pad, 0, (0, 0, "ends"))
    fill(pad, ed)
    return Pad.objects.get(pk=pad.id)


@pytest.mark.parametrize("path", ["changes", "log"])
def test_rest_gives_them_in_parts(world: World, large: Pad, path: str):
    api, after, parts = Api(world.people["vic"]), 0, 0
    more = True
    while more:
        answer = api.get(f"pads/{large.id}/{path}/?after={after}")
        assert len(answer.content) < 4 * MAX_BYTES
        body = members(answer)
        rows = body["changes" if path == "changes" else "revisions"]
        assert rows[0]["revision"] == after + 1
        after, more, parts = rows[-1]["revision"], body["more"], parts + 1
    assert (after, parts > 2) == (large.head, True)


def test_who_is_far_behind_reads_the_text_again(world: World, large: Pad):
    with DOCUMENTS.using(large.id) as cached:
        cached.drop()
    with pytest.raises(Conflict) as refused:
        edit(world.session("mara"), large, 1, (0, 0, "x"))
    assert refused.value.extra == {"revision": large.head}
    assert edit(world.session("mara"), large, large.head - 4, (0, 0, "x")).missed
    assert text_of(large) == "xends"


def test_a_snapshot_is_due_after_many_bytes(world: World, large: Pad):
    assert DOCUMENTS.is_snapshot_due(large.id)
    tidy_if_due(pad_id=large.id)
    assert Snapshot.objects.get(pad=large.id).revision == large.head
    assert not DOCUMENTS.is_snapshot_due(large.id)
    fill(large, world.session("ed"), 4)
    assert not DOCUMENTS.is_snapshot_due(large.id)
    with DOCUMENTS.using(large.id) as cached:
        cached.drop()
    fill(large, world.session("ed"))
    assert DOCUMENTS.is_snapshot_due(large.id)
    assert load_document(large.id).is_snapshot_due


def test_snapshots_between_large_changes_stay(world: World, large: Pad):
    keep_snapshot(pad_id=large.id)
    for _time in range(3):
        fill(large, world.session("ed"))
        edit(world.session("ed"), large, Pad.objects.get(pk=large.id).head, (0, 0, "y"))
        keep_snapshot(pad_id=large.id)
    tidy_snapshots()
    assert Snapshot.objects.filter(pad=large.id).count() == 4


class TestLive:
    """Over the socket."""

    pytestmark = pytest.mark.usefixtures("node")

    @pytest.fixture
    def pad(self, committed_db: None, project: Project, owner: User, caller_for: Callable[..., Any]) -> Pad:
        return create_pad(caller=caller_for(owner), project_id=project.id, name="Thoughts")

    @pytest.fixture
    def session(self, pad: Pad, owner: User, caller_for: Callable[..., Any]) -> Any:
        caller = caller_for(owner)
        opened = open_session(caller=caller, project_id=pad.project_id, connected=False)
        return replace(caller, session_id=opened.session_id)

    async def test_opening_gives_the_document_and_not_its_past(
        self, socket_of: SocketOf, pad: Pad, session: Any, owner: User, viewer: User
    ):
        async with socket_of(owner) as one, socket_of(viewer) as two:
            ed = TextClient(one, pad)
            await ed.open()
            await ed.edit((0, 0, "ends"))
            await in_thread(fill, pad, session)
            given = {"pad_id": str(pad.id), "dialect": "yjs"}
            assert size_of(await two.call("pad.open", **given)) < 3 * MAX_BYTES
            assert size_of(await two.call("pad.open", **given, epoch=1, after=1)) < 3 * MAX_BYTES
            since = await two.call("pad.since", pad_id=str(pad.id), after=1)
            assert size_of(since) < 3 * MAX_BYTES
            assert since["more"]
            frames = await in_thread(PadHistory().read, pad_topic(pad.id), 0, 500)
            assert sum(len(frame.text) for frame in frames) < 3 * MAX_BYTES
            assert (frames[0].seq_from, frames[-1].seq < CHANGES) == (1, True)
