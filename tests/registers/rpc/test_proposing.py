"""An overlay becomes a proposal, and what is accepted is one bundle."""

from __future__ import annotations

from uuid import UUID

import pytest

from kernel.errors import Drifted
from proposals.models import Proposal
from proposals.services import accept_proposal
from stages.registers.models import Bundle, Overlay
from stages.registers.services.proposing import propose_overlay
from tests.cast import new_caller
from tests.registers.rpc.peer import Peer, peers  # noqa: F401 (a fixture)


def test_an_overlay_becomes_a_proposal(peers: tuple[Peer, Peer]) -> None:  # noqa: F811
    mine, theirs = peers
    mine.create_table("Contacts", [("name", "Text"), ("email", "Text")])
    jane = mine.create_record("Contacts", name="Jane", email="jane@co")
    overlay = mine.call("overlays/create", name="Draft")["overlay_id"]
    mine.update(jane, "Contacts", name="Jane Doe")
    mine.create_record("Contacts", name="Ann")
    before = Bundle.objects.filter(project=mine.project).count()
    answer = mine.call("overlays/propose", overlay_id=overlay)
    proposal = Proposal.objects.get(pk=answer["proposal_id"])
    assert (proposal.title, proposal.state) == ("Draft", "private")
    assert not Overlay.objects.filter(pk=overlay).exists()
    assert [each["fields"]["name"] for each in mine.list_records("Contacts")] == ["Jane"]
    accept_proposal(caller=new_caller(mine.project.created_by), proposal_id=proposal.id, round=1)
    assert Bundle.objects.filter(project=mine.project).count() == before + 1
    assert {each["fields"]["name"] for each in theirs.list_records("Contacts")} == {"Jane Doe", "Ann"}


def test_what_has_drifted_is_decided_first(peers: tuple[Peer, Peer]) -> None:  # noqa: F811
    mine, theirs = peers
    mine.create_table("Contacts", [("name", "Text")])
    jane = mine.create_record("Contacts", name="Jane")
    overlay = mine.call("overlays/create", name="Draft")["overlay_id"]
    mine.update(jane, "Contacts", name="Jane Doe")
    theirs.update(jane, "Contacts", name="Janet")
    caller = new_caller(mine.project.created_by)
    with pytest.raises(Drifted, match="Decide about it first"):
        propose_overlay(caller=caller, project_id=mine.project.id, overlay_id=UUID(overlay))
    assert Overlay.objects.filter(pk=overlay).exists()
