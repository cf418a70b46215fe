"""Any order of staging, submitting, voting, saving and accepting: what is accepted is what was approved."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from blobs.models import sha256_of
from drafts.services import change_files
from kernel.errors import DomainError, NotFound, StaleProposal
from proposals.bundle_verifier import recount
from proposals.models import Change, Proposal, Round, Verdict
from proposals.reading import preview, proposal_body
from proposals.services import discard_proposal, resolve_drift
from proposals.services.resolving import CURRENT, WAYS
from proposals.visibility import that_change, visible_proposal
from tests.exploring import examples
from tests.proposals.conftest import World, new_world
from tests.proposals.test_proof import events

FILES = ("files/a.md", "files/b.md")
FIELDS = ("prompt_text", *FILES)
AUTHORS = ("ed", "mara", "olga")
EVERYBODY = (*AUTHORS, "rae")

fields_ = st.sampled_from(FIELDS)
texts = st.sampled_from(["one", "two", "three"])
authors = st.sampled_from(AUTHORS)
voters = st.sampled_from(EVERYBODY)
pick = st.integers(0, 50)


def change(name: str, text: str) -> dict[str, Any]:
    return {name: {"content": text} if name.startswith("files/") else text}


@dataclass
class Known:
    """A proposal as the machine expects it: its author's staged texts, and the votes that count, by person."""

    author: str
    row: Proposal
    staged: dict[str, str] = field(default_factory=dict)
    approvals: dict[str, str] = field(default_factory=dict)
    objections: set[str] = field(default_factory=set)


class Proposals(RuleBasedStateMachine):
    """Three authors and a reviewer; two approvals are needed."""

    make_world: Callable[[], World]

    @initialize()
    def begin(self) -> None:
        self.world = type(self).make_world()
        self.world.require(approvals=1)
        self.known: list[Known] = []

    def one(self, number: int) -> Known | None:
        return self.known[number % len(self.known)] if self.known else None

    def state(self, known: Known) -> str:
        return Proposal.objects.values_list("state", flat=True).get(pk=known.row.id)

    def attempt(self, act: Callable[[], object]) -> bool:
        """Whether the act was not refused; a refusal leaves nothing behind."""
        with suppress(DomainError), transaction.atomic():
            act()
            return True
        return False

    def held(self) -> dict[str, Any]:
        return {name: content.hashed() for name, content in self.world.current().fields.items()}

    @rule(by=authors, name=fields_, text=texts)
    def stage(self, by: str, name: str, text: str) -> None:
        row = self.world.stage(change(name, text), by, title=f"By {by}")
        self.known.append(Known(by, row, {name: text}))

    @rule(number=pick, name=fields_, text=texts)
    def restage(self, number: int, name: str, text: str) -> None:
        known = self.one(number)
        if known and self.attempt(lambda: self.world.restage(known.row, change(name, text), known.author)):
            known.staged[name] = text

    @rule(number=pick)
    def submit(self, number: int) -> None:
        if known := self.one(number):
            self.attempt(lambda: self.world.submit(known.row, known.author))

    @rule(number=pick, by=voters, verdict=st.sampled_from(Verdict.values), behind=st.integers(0, 1))
    def vote(self, number: int, by: str, verdict: str, behind: int) -> None:
        known = self.one(number)
        newest = known and Round.objects.filter(proposal=known.row).order_by("-number").first()
        if not known or not newest:
            return
        is_stale = False
        try:
            with transaction.atomic():
                self.world.vote(known.row, by, verdict, number=max(1, newest.number - behind))
        except StaleProposal:
            is_stale = True
        except DomainError:
            return
        assert is_stale == (behind == 1 and newest.number > 1)
        if is_stale:
            return
        known.objections.discard(by)
        known.approvals.pop(by, None)
        if verdict == Verdict.OBJECT:
            known.objections.add(by)
        else:
            known.approvals[by] = newest.digest

    @rule(by=authors, name=fields_, text=texts)
    def save(self, by: str, name: str, text: str) -> None:
        self.world.save(by, **change(name, text))

    @rule(by=authors)
    def rename(self, by: str) -> None:
        """The file changes its name, to and fro."""
        names = [name for name in FILES if name in self.held()]
        others = [name for name in FILES if name not in names]
        if names and others:
            facts: dict[str, Any] = {"caller": self.world.caller(by), "session_id": None}
            facts |= {"project_id": self.world.project.id, "base_version": self.world.version}
            change_files(**facts, renames={others[0]: names[0]})

    @rule(number=pick, how=st.sampled_from(WAYS))
    def resolve(self, number: int, how: str) -> None:
        known = self.one(number)
        staged = known and Change.objects.filter(proposal=known.row, target__startswith="files/").first()
        if not known or not staged:
            return
        facts: dict[str, Any] = {"caller": self.world.caller(known.author), "proposal_id": known.row.id}
        resolved = self.attempt(lambda: resolve_drift(**facts, target=staged.target, how=how))
        left = Change.objects.filter(pk=staged.pk).first()
        assert resolved or (left and (left.target, left.value) == (staged.target, staged.value))
        assert (left is None) == (resolved and how == CURRENT)

    @rule(number=pick, by=authors)
    def accept(self, number: int, by: str) -> None:
        known = self.one(number)
        newest = known and Round.objects.filter(proposal=known.row).order_by("-number").first()
        if not known or not newest:
            return
        before = self.held()
        if not self.attempt(lambda: self.world.accept(known.row, by, newest.number)):
            assert self.held() == before
            return
        contributors = {known.author}
        given = {person for person, digest in known.approvals.items() if digest == newest.digest} | {by}
        assert given - contributors, "an approval of another digest, or a contributor's own, was counted"
        assert not known.objections - {by}, "an objection was passed over without a reason"
        expected = dict(before)
        for key, sides in newest.changes.items():
            expected[key.removeprefix("field:")] = sides["after"]
        assert self.held() == expected, "the version is not the round on top of the text at that moment"

    @rule(number=pick)
    def discard(self, number: int) -> None:
        known = self.one(number)
        if known is None:
            return
        facts: dict[str, Any] = {"caller": self.world.caller(known.author), "proposal_id": known.row.id}
        if self.attempt(lambda: discard_proposal(**facts)):
            self.known.remove(known)

    @invariant()
    def private_texts_are_their_authors_alone(self) -> None:
        for known in getattr(self, "known", []):
            found = Proposal.objects.with_people().get(pk=known.row.id)
            if found.ended_at is None:
                shown = preview(found, user=self.world.people[known.author])
                if "prompt_text" in known.staged:
                    assert shown["prompt_text"] == known.staged["prompt_text"]
            for name in EVERYBODY:
                if name != known.author:
                    self.check_that_nothing_staged_is_seen(known, found, name)

    def check_that_nothing_staged_is_seen(self, known: Known, found: Proposal, by: str) -> None:
        """Another person sees the newest round wherever they look; of a private one not even that it is there."""
        user, caller = self.world.people[by], self.world.caller(by)
        listed = Proposal.objects.filter(project=self.world.project).visible_to(user)
        assert (found in listed) == (not found.is_private)
        if found.is_private:
            with pytest.raises(NotFound):
                visible_proposal(user=user, proposal_id=found.id)
            with pytest.raises(NotFound):
                discard_proposal(caller=caller, proposal_id=found.id)
            assert found not in that_change(listed, next(iter(known.staged)), user=user)
            return
        newest = Round.objects.filter(proposal=found).order_by("-number")[0]
        submitted = {
            key.removeprefix("field:"): (sides["after"] or {}).get("sha256") for key, sides in newest.changes.items()
        }
        shown = proposal_body(found, user=user)
        assert shown["staged"] == []
        assert {each["target"]: each["after"] for each in shown["targets"]} == submitted
        texts = preview(found, user=user)
        if "prompt_text" in submitted:
            assert sha256_of(texts["prompt_text"].encode()) == submitted["prompt_text"]
        else:
            assert texts["prompt_text"] == self.world.current().prompt_text

    def teardown(self) -> None:
        if hasattr(self, "world"):
            assert recount(events(self.world)).faults == []


@pytest.mark.django_db
def test_what_is_accepted_is_what_was_approved() -> None:
    Proposals.make_world = staticmethod(new_world)
    checks = settings(
        max_examples=examples(6), stateful_step_count=25, suppress_health_check=list(HealthCheck), deadline=None
    )
    run_state_machine_as_test(Proposals, settings=checks)
