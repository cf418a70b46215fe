"""Proposing a part of a pad, for a field that somebody else holds or by somebody who may not save."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from audit.models import Event
from drafts.models import Draft
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from proposals.models import Proposal
from proposals.services import accept_proposal, stage_changes, submit_proposal, vote_on_proposal
from publishing.authors import authors_of
from publishing.services import set_policy
from stages.pads.models import Pad
from stages.pads.promoted import Proposed
from stages.pads.ranges import Range
from stages.pads.services import propose_pad
from stages.pads.verification import check_records
from tests.pads.world import PROMPT, World, edit
from tests.rest.client import Api, members, problem
from tests.writers import Writer


@pytest.fixture
def pad(world: World) -> Pad:
    """A pad that began with the prompt: Ed wrote in it, and Mara only deleted."""
    pad = world.pad(target_field="prompt_text", start="field")
    edit(world.session("ed"), pad, 1, (9, 0, " Cite it."))
    edit(world.session("mara"), pad, 2, (17, 1, ""))
    return Pad.objects.get(pk=pad.id)


def propose(world: World, pad: Pad, by: str = "rae", **facts: Any) -> Proposal:
    given: dict[str, Any] = {"revision": 3, "part": None, "field": "prompt_text", "place": None, "base_version": 1}
    return propose_pad(caller=world.caller(by), pad_id=pad.id, **{**given, **facts})


def test_a_private_proposal_has_the_text_and_its_contributors(world: World, pad: Pad):
    Writer(world.caller("ed"), world.project).take()
    proposal = propose(world, pad)
    assert (proposal.is_private, proposal.title, proposal.author_id) == (True, pad.name, world.people["rae"].id)
    assert (proposal.origin_type, proposal.origin_id) == ("pad", f"{pad.id}:3:all")
    people = {str(user.id): name for name, user in world.people.items()}
    counts = {people[each["id"]]: each["characters"] for each in proposal.contributors}
    assert counts == {"ed": 8, "mara": 0, "rae": None}
    (change,) = proposal.changes.all()
    assert (change.target, change.value, change.base_version) == ("prompt_text", "Be exact. Cite it", 1)
    assert not Event.objects.filter(action__startswith="proposal.").exists()


def test_c21_nobody_who_changed_the_pad_counts_as_an_approver(world: World, pad: Pad):
    set_policy(
        caller=world.caller("olga"),
        project_id=world.project.id,
        rules={"proposals": {"approvals": 1, "author_may_approve": False, "open_comments": "warn", "days": 0}},
    )
    proposal = propose(world, pad)
    submit_proposal(caller=world.caller("rae"), proposal_id=proposal.id)
    for name in ("ed", "mara"):
        vote_on_proposal(caller=world.caller(name), proposal_id=proposal.id, round=1, verdict="approve", comment="")
    with pytest.raises(Exception, match=r"approv") as refusal:
        accept_proposal(caller=world.caller("mara"), proposal_id=proposal.id, round=1)
    assert refusal.value.code == "approvals_missing"  # type: ignore[attr-defined] # of every refusal
    accept_proposal(caller=world.caller("olga"), proposal_id=proposal.id, round=1)
    draft = Draft.objects.of_project(world.project.id).get(version_number=2)
    assert draft.prompt_text == "Be exact. Cite it"
    assert set(authors_of(draft)) == {world.people[name].id for name in ("ed", "mara", "olga", "rae")}


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("origin = origin #- '{contributors,0}'", "leaves out a contributor"),
        ("origin = jsonb_set(origin, '{contributors,0,characters}', '99')", "leaves out a contributor"),
    ],
)
def test_c02_an_accepted_version_without_a_contributor_of_its_pad_is_noticed(
    world: World, pad: Pad, sql: str, what: str
):
    proposal = propose(world, pad, by="ed", part=Range(9, 17))
    accept_proposal(caller=world.caller("ed"), proposal_id=proposal.id, round=1)
    assert list(check_records()) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE drafts_draft DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE drafts_draft SET {sql} WHERE version_number = 2")
        cursor.execute("ALTER TABLE drafts_draft ENABLE TRIGGER USER")
    assert what in " ".join(map(str, check_records()))


@pytest.mark.parametrize("part", [None, Range(9, 17)])
def test_what_a_proposal_was_made_from_is_read_back(part: Range | None):
    made = Proposed(uuid4(), 3, part)
    kind, name = made.as_origin()
    assert (kind, Proposed.of(name)) == ("pad", made)
    for wrong in ("", "7x", name[1:], f"{name}-1", f"{'-' * 36}:3:all", name.replace(":3:", ":x:")):
        assert Proposed.of(wrong) is None


def test_proposing_again_replaces_it_unless_its_author_went_on(world: World, pad: Pad):
    first = propose(world, pad)
    assert propose(world, pad, title="Cite").id == first.id
    assert Proposal.objects.get(pk=first.id).title == "Cite"
    part = propose(world, pad, part=Range(9, 17), place=Range(9, 9))
    assert part.id != first.id
    assert part.origin_id == f"{pad.id}:3:9-17"
    assert part.changes.get().value == PROMPT + " Cite it"
    stage_changes(
        caller=world.caller("rae"),
        proposal_id=first.id,
        base_version=1,
        changes={"prompt_text": "Mine"},
        revisions={"prompt_text": 1},
    )
    assert propose(world, pad).id not in {first.id, part.id}


def test_what_is_refused(world: World, pad: Pad):
    for facts, name in (
        ({"revision": 4}, "revision"),
        ({"part": Range(0, 99)}, "part"),
        ({"place": Range(3, 1)}, "place"),
        ({"field": "nothing"}, "field"),
        ({"base_version": 7}, "base_version"),
    ):
        with pytest.raises(ValidationFailed) as refusal:
            propose(world, pad, **facts)
        assert list(refusal.value.errors) == [name]
    with pytest.raises(Conflict, match="says this already"):
        propose(world, pad, revision=1)
    for by, kind in (("vic", PermissionDenied), ("outsider", NotFound)):
        with pytest.raises(kind):
            propose(world, pad, by, revision=9)


def test_proposing_over_rest(world: World, pad: Pad):
    api = Api(world.people["rae"])
    given: dict[str, Any] = {"revision": 3, "field": "prompt_text", "base_version": 1, "title": "Cite it"}
    made = members(api.post(f"pads/{pad.id}/propose/", given))
    assert (made["title"], made["state"], made["number"]) == ("Cite it", "private", None)
    assert made["staged"][0]["value"] == "Be exact. Cite it"
    assert problem(api.post(f"pads/{pad.id}/propose/", {**given, "part": {}})) == (400, "validation_failed")
    assert problem(Api(world.people["vic"]).post(f"pads/{pad.id}/propose/", given)) == (403, "permission_denied")
    assert problem(Api(world.people["outsider"]).post(f"pads/{pad.id}/propose/", given)) == (404, "not_found")
