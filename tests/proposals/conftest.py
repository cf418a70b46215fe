"""A project at v1 with the people of the acceptance cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from accounts.callers import Caller
from accounts.models import User
from drafts.models import Draft
from projects.models import Project
from projects.services import add_member
from proposals.discussion import bodies, threads_query
from proposals.models import Proposal, Vote
from proposals.services import (
    accept_proposal,
    create_proposal,
    stage_changes,
    submit_proposal,
    vote_on_proposal,
)
from publishing.services import set_policy
from tests.cast import Cast, new_caller, new_project, new_user
from tests.writers import Writer

LINES = [f"line {number}" for number in range(1, 10)]
PROMPT = "\n".join([*LINES, ""])


def changed(**lines: str) -> str:
    """The prompt with some lines changed: `changed(line_2="two")`."""
    found = list(LINES)
    for name, text in lines.items():
        found[int(name.removeprefix("line_")) - 1] = text
    return "\n".join([*found, ""])


@dataclass
class World:
    """Olga owns the project, Ed and Mara edit, Rae reviews, Vic watches, Bot is an agent that edits."""

    project: Project
    people: dict[str, User]
    writers: dict[str, Writer] = field(default_factory=dict)

    def caller(self, name: str, **facts: Any) -> Caller:
        return new_caller(self.people[name], **facts)

    def writer(self, name: str) -> Writer:
        if name not in self.writers:
            self.writers[name] = Writer(self.caller(name), self.project)
        return self.writers[name]

    def save(self, by: str, **changes: Any) -> Draft:
        """Save fields under locks, and give them back. `files/…` by its path with `__` for the slash."""
        writer = self.writer(by)
        wanted = {name.replace("files__", "files/"): value for name, value in changes.items()}
        locks = [writer.take(name) for name in wanted]
        draft = writer.save(wanted, *locks, base=self.version)
        for name in wanted:
            writer.give_back(name)
        return draft

    @property
    def version(self) -> int:
        return Draft.objects.of_project(self.project.id).values_list("version_number", flat=True).first() or 0

    def current(self) -> Draft:
        return Draft.objects.of_project(self.project.id)[0]

    def stage(self, changes: Mapping[str, Any] | None = None, by: str = "ed", **facts: Any) -> Proposal:
        """A private proposal, by default of line 8 of the prompt."""
        caller = facts.pop("caller", None) or self.caller(by)
        wanted = {"prompt_text": changed(line_8="eight")} if changes is None else changes
        facts = {"title": "A better prompt", "base_version": self.version, **facts}
        return create_proposal(caller=caller, project_id=self.project.id, changes=wanted, **facts)

    def restage(self, proposal: Proposal, changes: Mapping[str, Any], by: str = "ed") -> dict[str, int]:
        """Replace what is staged, in the revision that is there."""
        revisions = {str(each.target): each.revision for each in proposal.changes.all()}
        facts: dict[str, Any] = {"base_version": self.version, "changes": changes, "revisions": revisions}
        return stage_changes(caller=self.caller(by), proposal_id=proposal.id, **facts)

    def submit(self, proposal: Proposal, by: str = "ed", **facts: Any) -> Proposal:
        return submit_proposal(caller=self.caller(by), proposal_id=proposal.id, **facts)

    def open(self, changes: Mapping[str, Any] | None = None, by: str = "ed", **facts: Any) -> Proposal:
        return self.submit(self.stage(changes, by, **facts), by)

    def vote(self, proposal: Proposal, by: str, verdict: str = "approve", number: int = 1, comment: str = "") -> Vote:
        comment = comment or ("No" if verdict == "object" else "")
        facts: dict[str, Any] = {"round": number, "verdict": verdict, "comment": comment}
        return vote_on_proposal(caller=self.caller(by), proposal_id=proposal.id, **facts)

    def accept(self, proposal: Proposal | UUID, by: str = "ed", number: int = 1, **facts: Any) -> Proposal:
        proposal_id = proposal.id if isinstance(proposal, Proposal) else proposal
        caller = facts.pop("caller", None) or self.caller(by)
        return accept_proposal(caller=caller, proposal_id=proposal_id, round=number, **facts)

    def require(self, **proposals: Any) -> None:
        set_policy(caller=self.caller("olga"), project_id=self.project.id, rules={"proposals": proposals})


def threads_on(proposal: Proposal, number: int | None = None, **asked: Any) -> list[dict[str, Any]]:
    """All threads on a proposal, in round `number` or the newest."""
    return bodies(proposal, list(threads_query(proposal, number=number)), number=number, **asked)


def new_world() -> World:
    """Make the project and its people."""
    people = {name: new_user(name) for name in ("olga", "ed", "mara", "rae", "vic")}
    people["bot"] = new_user("bot", kind="agent")
    members = {"editor": people["ed"], "reviewer": people["rae"], "viewer": people["vic"]}
    project = new_project(people["olga"], members=members)
    for name in ("mara", "bot"):
        add_member(caller=new_caller(people["olga"]), project_id=project.id, user_id=people[name].id, role="editor")
    world = World(project, people)
    world.save("mara", prompt_text=PROMPT, model_configuration='{"temperature": 0.3}')
    return world


@pytest.fixture
def world(cast: Cast | None) -> World:
    if cast is None:
        return new_world()
    return World(Project.objects.get(pk=cast.proposed), cast.fetch(cast.proposers))
