"""Gates are asked when a version is submitted and before the last signature; what they find goes on record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django import forms
from django.db import connection

from audit.models import Event
from audit.verification import verify
from kernel.errors import Conflict, ValidationFailed
from publishing.gates import GATES, Gate, GateAnswer, GateForm, GateQuestion
from publishing.models import Policy, Release
from publishing.policies import Rules, rules_of
from publishing.reading import release_body
from tests.publishing.bundles import Files, files_in, lines_of, release_bundle, resealed, spelled, wrong_with
from tests.publishing.reviews import Review

pytestmark = pytest.mark.django_db


class ScoreForm(GateForm):
    least = forms.IntegerField(label="Score", min_value=0, max_value=100)


@dataclass
class Score:
    """A gate whose answer the test sets."""

    value: int = 90
    asked: list[GateQuestion] = field(default_factory=list)

    def check(self, question: GateQuestion) -> GateAnswer:
        self.asked.append(question)
        facts = {"score": self.value, "least": question.parameters["least"]}
        if self.value < question.parameters["least"]:
            return GateAnswer(facts, refusal=f"The score is {self.value}.")
        return GateAnswer(facts, warnings=("It was close.",) if self.value < 95 else ())


@pytest.fixture
def score() -> Iterator[Score]:
    score = Score()
    with GATES.replaced({"score": Gate(title="Score", check=score.check, form=ScoreForm)}):
        yield score


def events_of(review: Review, action: str) -> Event:
    return Event.objects.of_project(review.project.id).get(action=action)


def test_a_policy_without_gates_is_spelled_as_before(review: Review, score: Score):
    assert "gates" not in Rules().data()
    release = review.release()

    assert score.asked == []
    assert "gates" not in release.rules
    assert "gates" not in events_of(review, "release.submitted").data
    assert "gates" not in events_of(review, "release.released").data


def test_a_gate_is_asked_at_submission_and_at_the_last_signature(review: Review, score: Score):
    review.require(gates={"score": {"least": 80}})
    release = review.submit()
    score.asked.clear()
    review.sign(release, "authored", "editor")
    review.sign(release, "reviewed", "reviewer")
    assert score.asked == []

    review.sign(release, "approved", "owner")

    assert [(each.release, dict(each.parameters)) for each in score.asked] == [(release, {"least": 80})]
    for action in ("release.submitted", "release.released"):
        assert events_of(review, action).data["gates"] == {"score": {"score": 90, "least": 80}}


def test_a_gate_that_refuses_stops_the_submission(review: Review, score: Score):
    review.require(gates={"score": {"least": 95}})

    with pytest.raises(Conflict, match=r"Score: The score is 90\.") as refusal:
        review.submit()

    assert refusal.value.extra["gates"] == {"score": "The score is 90."}
    assert (Release.objects.of_project(review.project.id).count(), review.status()) == (0, "open")


def test_a_gate_that_refuses_stops_the_last_signature(review: Review, score: Score):
    review.require(gates={"score": {"least": 80}}, signatures={"approved": 1}, distinct_people=1)
    release = review.submit()
    score.value = 70

    with pytest.raises(Conflict, match=r"The score is 70\."):
        review.sign(release, "approved", "owner")

    release.refresh_from_db()
    assert (release.state, release.signatures.count()) == ("in_review", 0)


def test_signers_are_told_of_a_gates_warnings(review: Review, score: Score):
    review.require(gates={"score": {"least": 80}})
    release = review.submit()

    assert "Score: It was close." in release_body(release)["warnings"]
    score.value = 99
    assert release_body(release)["warnings"] == []


def test_a_gate_whose_stage_is_missing_blocks_and_can_be_taken_out(review: Review, score: Score):
    review.require(gates={"score": {"least": 80}})
    with GATES.replaced({}):
        assert rules_of(review.project.id).gates == {"score": {"least": 80}}
        with pytest.raises(Conflict, match="score: This gate is not installed here"):
            review.submit()

        review.require(gates={"score": {"least": 80}}, distinct_people=2)
        assert rules_of(review.project.id).gates == {"score": {"least": 80}}
        with pytest.raises(ValidationFailed, match="score: there is no such gate here"):
            review.require(gates={"score": {"least": 10}})
        review.require(gates={})
        review.submit()


@pytest.mark.parametrize(
    ("gates", "words"),
    [
        (["score"], "Must name gates"),
        ({"score": 80}, "Score: its parameters must be an object"),
        ({"score": {}}, "Score: Score: This field is required"),
        ({"score": {"least": 101}}, "Score: Score: Ensure this value is less"),
        ({"score": {"least": 80, "most": 90}}, "Score: there is no parameter most"),
        ({"votes": {}}, "votes: there is no such gate here"),
    ],
)
def test_gates_that_are_no_gates_are_refused(review: Review, score: Score, gates: Any, words: str):
    with pytest.raises(ValidationFailed) as refusal:
        review.require(gates=gates)

    assert words in refusal.value.errors["gates"][0]
    assert not Policy.objects.filter(project=review.project).exists()


def test_a_gate_that_is_always_asked_needs_no_policy(review: Review, score: Score):
    class Least(GateForm):
        least = forms.IntegerField(initial=10)

    with GATES.replaced({"score": Gate(title="Score", check=score.check, form=Least, always=True)}):
        release = review.submit()

    assert "gates" not in release.rules
    assert events_of(review, "release.submitted").data["gates"] == {"score": {"score": 90, "least": 10}}


@pytest.fixture
def released(review: Review, score: Score) -> Files:
    review.require(gates={"score": {"least": 80}})
    return files_in(release_bundle(review.release()))


def test_a_bundle_holds_what_the_gates_found(released: Files):
    (release,) = lines_of(released["releases.jsonl"])

    found = {"score": {"score": 90, "least": 80}}
    assert release["gates"] == {"submitted": found, "released": found}
    assert wrong_with(released) is None


def test_a_bundle_whose_release_says_something_else_of_a_gate_is_found(released: Files):
    (release,) = lines_of(released["releases.jsonl"])
    release["gates"]["released"]["score"]["score"] = 100

    forged = resealed({**released, "releases.jsonl": spelled([release])})

    assert wrong_with(forged) == "releases.jsonl, line 1: the events say something else (gates)"


def test_a_release_that_lacks_the_facts_of_a_gate_is_found(
    review: Review, score: Score, monkeypatch: pytest.MonkeyPatch
):
    review.require(gates={"score": {"least": 80}})
    monkeypatch.setattr("publishing.services.signing.pass_gates", lambda *_, **__: {})
    files = files_in(release_bundle(review.release()))

    lacks = "it says nothing of the gate score, which its policy asks for"
    assert wrong_with(files) == f"release 1.0.0, when it was released: {lacks}"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert [finding.what for finding in verify(str(review.project.id)).findings] == [lacks]
