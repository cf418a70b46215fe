"""The steps of the demo that are about proposals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from accounts.callers import Caller
from blobs.models import Blob
from projects.demo import DemoPerson, DemoProject
from proposals.models import Round
from proposals.services import comment_on_proposal, create_proposal, submit_proposal, vote_on_proposal


@dataclass(frozen=True)
class Propose:
    """Stages changes that were made from a version, in private; `on_behalf_of` is whom an agent writes for."""

    name: str
    author: DemoPerson
    title: str
    description: str
    base_version: int
    changes: Mapping[str, object] = field(hash=False)
    on_behalf_of: DemoPerson | None = None

    def play(self, demo: DemoProject) -> None:
        proposal = create_proposal(
            caller=self._caller(demo),
            project_id=demo.project.id,
            title=self.title,
            description=self.description,
            base_version=self.base_version,
            changes=self.changes,
        )
        demo.made[self.name] = proposal.id

    def _caller(self, demo: DemoProject) -> Caller:
        caller = demo.once(self.author, "propose", self.name)
        return replace(caller, on_behalf_of=demo.users[self.on_behalf_of].id) if self.on_behalf_of else caller


@dataclass(frozen=True)
class OpenProposal:
    """Submits a proposal for review."""

    proposal: str
    person: DemoPerson

    def play(self, demo: DemoProject) -> None:
        caller = demo.once(self.person, "open", self.proposal)
        submit_proposal(caller=caller, proposal_id=demo.made[self.proposal])


@dataclass(frozen=True)
class CommentOnProposal:
    """Starts a thread on a line that a proposal's first round proposes."""

    proposal: str
    author: DemoPerson
    target: str
    quote: str
    text: str

    def play(self, demo: DemoProject) -> None:
        proposal_id = demo.made[self.proposal]
        after = Round.objects.get(proposal=proposal_id, number=1).changes[f"field:{self.target}"]["after"]
        lines = Blob.objects.get(pk=after["sha256"]).text.split("\n")
        line = next(number for number, text in enumerate(lines, start=1) if self.quote in text)
        comment_on_proposal(
            caller=demo.once(self.author, "comment on", self.proposal, self.target),
            proposal_id=proposal_id,
            round=1,
            target=self.target,
            text=self.text,
            anchor={"from_line": line, "to_line": line, "quote": self.quote},
        )


@dataclass(frozen=True)
class ApproveProposal:
    """Approves a proposal's first round."""

    proposal: str
    person: DemoPerson
    comment: str

    def play(self, demo: DemoProject) -> None:
        vote_on_proposal(
            caller=demo.once(self.person, "approve", self.proposal),
            proposal_id=demo.made[self.proposal],
            round=1,
            verdict="approve",
            comment=self.comment,
        )
