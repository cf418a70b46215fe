"""Files that are renamed while a proposal changes them."""

from __future__ import annotations

from typing import Any

from blobs.models import Blob
from drafts.models import Draft
from drafts.services import change_files
from proposals.models import Proposal
from proposals.reading import proposal_body
from proposals.services import resolve_drift
from tests.proposals.conftest import World, changed

TEXT = changed()
OLD, NEW = "files/a.md", "files/notes/b.md"


def rename(world: World, **names: str) -> Draft:
    """`rename(world, **{new: old})`."""
    return change_files(
        caller=world.caller("mara"),
        project_id=world.project.id,
        base_version=world.version,
        session_id=None,
        renames=names,
    )


def write(world: World, name: str, text: str | None) -> Draft:
    return change_files(
        caller=world.caller("mara"),
        project_id=world.project.id,
        base_version=world.version,
        session_id=None,
        changes={name: None if text is None else {"content": text}},
    )


def text_of(world: World, name: str) -> str | None:
    content = world.current().fields.get(name)
    return Blob.objects.get(pk=content.sha256).text if content else None


def target(world: World, proposal: Proposal, by: str = "ed") -> dict[str, Any]:
    found = Proposal.objects.with_people().get(pk=proposal.id)
    only: dict[str, Any]
    (only,) = proposal_body(found, user=world.people[by])["targets"]
    return only


def staged(world: World, text: str | None = None) -> Proposal:
    return world.stage({OLD: {"content": text or changed(line_8="eight")}})


def resolve(world: World, proposal: Proposal, how: str, name: str = OLD) -> Proposal:
    return resolve_drift(caller=world.caller("ed"), proposal_id=proposal.id, target=name, how=how)
