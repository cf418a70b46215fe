"""Reading proposals takes as many queries for many as for one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from drafts.comments.services import answer_comment
from proposals.listing import proposal_bodies
from proposals.models import Proposal
from proposals.reading import proposal_body
from proposals.services import comment_on_proposal
from tests.proposals.conftest import World, changed, threads_on

pytestmark = pytest.mark.django_db


def grown(world: World, count: int) -> Proposal:
    """A proposal with so many changes, votes, threads and answers, in two rounds; the prompt then drifts."""
    files = {f"files/{number}.md": {"content": f"text {number}\n"} for number in range(count)}
    proposal = world.open({"prompt_text": changed(line_8="eight"), **files})
    world.restage(proposal, {"prompt_text": changed(line_8="Eight")})
    world.submit(proposal)
    for name in ("rae", "mara", "olga")[:count]:
        world.vote(proposal, name, number=2)
    for number in range(count):
        for target, line in (("prompt_text", 8), (f"files/{number}.md", 1)):
            anchor = {"from_line": line, "to_line": line}
            comment: dict[str, Any] = {"round": 1, "target": target, "text": "Why?", "anchor": anchor}
            thread = comment_on_proposal(caller=world.caller("rae"), proposal_id=proposal.id, **comment)
            answer_comment(caller=world.caller("ed"), comment_id=thread.id, text="So")
    return proposal


def queries(read: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        read()
    return len(captured)


def test_a_list_takes_as_many_queries_for_one_proposal_as_for_many(world: World):
    rae = world.people["rae"]

    def read() -> None:
        proposals = Proposal.objects.filter(project=world.project).visible_to(rae)
        assert proposal_bodies([each.id for each in proposals], project_id=world.project.id, user=rae)

    grown(world, 1)
    world.save("mara", prompt_text=changed(line_1="one"))
    # What merging takes is kept.
    read()
    few = queries(read)
    for count in (2, 3, 5):
        grown(world, count)
    world.save("mara", prompt_text=changed(line_2="two"))
    read()
    assert queries(read) == few


def test_a_proposal_and_its_threads_take_as_many_queries_for_few_things_as_for_many(world: World):
    vic = world.people["vic"]
    small, large = grown(world, 1), grown(world, 5)
    world.save("mara", prompt_text=changed(line_1="one"))

    def read(proposal: Proposal) -> None:
        found = Proposal.objects.with_people().get(pk=proposal.id)
        assert proposal_body(found, user=vic)["rounds"]
        assert threads_on(found)
        assert threads_on(found, number=1, left="base")

    # Places that were found once are kept in memory.
    for proposal in (small, large):
        read(proposal)
    assert queries(lambda: read(small)) == queries(lambda: read(large))
