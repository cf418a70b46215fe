"""Pads in a project's file: whole, checked, and in a new project with their newest texts."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from audit.models import Event
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from drafts.exchange.verification import verify_file
from kernel.errors import ValidationFailed
from publishing.authors import authors_of
from publishing.bundle.scope import scope_of_project
from publishing.bundle.writing import bundle
from stages.pads.contributors import contributors_to
from stages.pads.loading import load_document, read_text
from stages.pads.models import Pad, Writer
from stages.pads.services import close_pad, keep_snapshot, promote_pad, record_pad, renew_pad, restore_pad
from stages.pads.verification import check_pad, check_records
from tests.pads.world import World, edit
from tests.publishing.bundles import files_in, said_of
from tests.writers import Writer as Writing


@pytest.fixture
def pad(committed_world: World) -> Pad:
    """A pad that has seen everything."""
    world = committed_world
    pad = world.pad(target_field="prompt_text", start="field")
    ed, mara = world.session("ed"), world.session("mara")
    edit(ed, pad, 1, (0, 0, "😀 "))
    edit(mara, pad, 2, (0, 3, ""))
    restore_pad(caller=world.caller("olga"), pad_id=pad.id, revision=2)
    renew_pad(pad_id=pad.id, epoch=1, why="size")
    edit(mara, pad, 5, (0, 0, "Hello "))
    record_pad(pad_id=pad.id)
    keep_snapshot(pad_id=pad.id)
    close_pad(caller=world.caller("ed"), pad_id=pad.id)
    world.pad(name="Empty")
    return pad


def exported(world: World) -> bytes:
    return b"".join(export_project(project_id=world.project.id))


def test_the_file_has_the_whole_log_and_verifies(committed_world: World, pad: Pad):
    counts = verify_file(io.BytesIO(exported(committed_world))).counts
    assert (counts["pad"], counts["pad_revision"], counts["pad_writer"]) == (2, 6, 5)


def test_a_new_project_has_the_newest_texts(committed_world: World, pad: Pad):
    caller = committed_world.caller("outsider", via="command")
    project = import_project(caller=caller, file=io.BytesIO(exported(committed_world)), name="Copy")

    made = Pad.objects.get(project=project, name=pad.name)
    found = read_text(made.id)
    assert found.text == read_text(pad.id).text == load_document(made.id).document.text
    assert found.authors.runs == ((0, made.length),)
    assert (made.language, made.target_field, made.closed_at) == ("markdown", "prompt_text", None)
    assert [writer.user_id for writer in Writer.objects.filter(pad=made.id)] == [None]
    assert (Pad.objects.get(project=project, name="Empty").head, list(check_pad(made, {}))) == (0, [])
    # Nobody's words are somebody else's here, and whoever wrote them contributes to what is made of them.
    people = committed_world.people
    contributors = {each.user for each in contributors_to(made.id, found, None)}
    assert contributors == {people["ed"], people["mara"], people["olga"], None}
    assert [each.characters for each in contributors_to(made.id, found, None) if each.user] == [0, 0, 0]
    event = Event.objects.get(action="pad.created", target_id=str(made.id))
    assert event.data["import"]["pad"] == str(pad.id)
    assert event.data["import"]["head"] == 6


def test_who_wrote_at_the_other_site_is_an_author_of_what_is_promoted(committed_world: World, pad: Pad):
    caller = committed_world.caller("outsider", via="command")
    project = import_project(caller=caller, file=io.BytesIO(exported(committed_world)), name="Copy")
    made = Pad.objects.get(project=project, name=pad.name)
    writer = Writing(committed_world.caller("outsider"), project)
    lock = writer.take()
    draft = promote_pad(
        caller=writer.caller,
        pad_id=made.id,
        revision=made.head,
        part=None,
        field="prompt_text",
        place=None,
        session_id=writer.session,
        token=lock.token,
        base_version=lock.version,
    )
    people = committed_world.people
    assert {people[name].id for name in ("ed", "mara", "olga", "outsider")} == set(authors_of(draft))
    assert list(check_records()) == []
    assert said_of(files_in(b"".join(bundle(scope_of_project(project.id)))))


@pytest.mark.parametrize(
    "change",
    [
        {"edits": '[[0,0,"Forged"]]'},
        {"writer": 1},
        {"user_id": None},
        {"at": "2026-01-01T00:00:00.000000Z"},
        {"revision": 9},
    ],
)
def test_a_forged_log_is_noticed(committed_world: World, pad: Pad, change: dict[str, Any]):
    lines = exported(committed_world).splitlines(keepends=True)
    number = max(at for at, line in enumerate(lines) if b'"type":"pad_revision"' in line)
    row = json.loads(lines[number])
    assert row["revision"] == 6
    lines[number] = json.dumps(row | change, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode() + b"\n"
    with pytest.raises(ValidationFailed):
        verify_file(io.BytesIO(b"".join(lines)))
