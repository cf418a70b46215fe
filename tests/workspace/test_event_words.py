"""What an event says in a few words: every action of the product has some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from audit.models import Event
from kernel.canonical import canonical
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review
from workspace.event_words import event_words

PERSON = {"id": "0192a000-0000-7000-8000-000000000001", "name": "Mara Lindqvist", "kind": "human"}
DANIEL = {"id": "0192a000-0000-7000-8000-000000000002", "display_name": "Daniel Okafor", "kind": "human"}


def event_of(action: str, data: Mapping[str, Any], target: tuple[str, str] = ("draft", "1")) -> Event:
    kind, identity = target
    record = {"actor": PERSON, "data": dict(data)}
    return Event(
        canonical=canonical(record),
        action=action,
        actor_id=PERSON["id"],
        target_type=kind,
        target_id=identity,
        seq=405,
    )


def saved(kind: str, *fields: str, source: int | None = None) -> tuple[str, dict[str, Any]]:
    return "draft.saved", {"version": 15, "kind": kind, "source_version": source, "changed_fields": list(fields)}


SAID = [
    (*saved("save", "prompt_text", "model_configuration"), "v15: Prompt, Model configuration"),
    (*saved("save", *(f"files/{n}.md" for n in range(6))), "v15: 0.md, 1.md, 2.md, 3.md and 2 more"),
    (*saved("save"), "v15: nothing changed"),
    (*saved("revert", "prompt_text", source=12), "v15, reverted to v12: Prompt"),
    (*saved("undo", "prompt_text", source=14), "v15, undid v14: Prompt"),
    ("lock.acquired", {"field": "prompt_text"}, "Prompt, lock token 405"),
    ("lock.acquired", {"field": "files/a/b/c/d.md"}, "…/c/d.md, lock token 405"),
    ("lock.released", {"field": "files/a/b.jsonl", "why": "expired"}, "a/b.jsonl, expired"),
    ("lock.handed_over", {"field": "prompt_text", "holder": DANIEL}, "Prompt, to Daniel Okafor, lock token 405"),
    ("comment.created", {"target_field": "prompt_text", "from_line": 22, "to_line": 22}, "Prompt, line 22"),
    ("comment.created", {"target_field": "prompt_text", "from_line": 2, "to_line": 4}, "Prompt, lines 2 to 4"),
    ("comment.answered", {"target_field": "prompt_text"}, "Prompt"),
    ("task.changed", {"text": "Check terms", "done": True, "before": {"done": False}}, "Check terms: done"),
    ("task.changed", {"text": "Check.", "assignee": None, "before": {"assignee": DANIEL}}, "Check: for no one"),
    ("member.role_changed", {"user": DANIEL, "role": "owner", "before": "editor"}, "Daniel Okafor, Editor to Owner"),
    ("project.frozen", {"status": "frozen", "before": "in_review"}, "Was in review"),
    ("release.signed", {"name": "1.0", "version": 16, "meaning": "approved"}, "1.0, v16, approved"),
    ("audit.reviewed", {"from_seq": 371, "to_seq": 403, "findings": ""}, "Events 371 to 403, no findings"),
    ("token.created", {"name": "reader-ci"}, "Token “reader-ci”"),
    ("checkpoint.made", {"number": 37, "chains": 4}, "Checkpoint 37 of 4 chains"),
]


@pytest.mark.parametrize(("action", "data", "words"), SAID)
def test_it_says_what_happened(action: str, data: Mapping[str, Any], words: str):
    assert event_words(event_of(action, data)) == words


def test_it_names_the_account_that_somebody_else_changed():
    event = event_of("account.password_changed", {"by": "administrator"}, ("user", str(DANIEL["id"])))

    assert event_words(event, names={str(DANIEL["id"]): "Daniel Okafor"}) == "Daniel Okafor, Set by an administrator"


def test_one_s_own_act_names_nobody_twice():
    own = ("user", str(PERSON["id"]))

    assert event_words(event_of("account.signed_in", {"methods": ["password", "totp"]}, own)) == (
        "With password, one-time code"
    )
    assert event_words(event_of("account.signed_out", {"credential": "cookie:1"}, own)) == "Mara Lindqvist"


@pytest.mark.parametrize("data", [{}, {"version": "x", "kind": "bake", "changed_fields": 3}])
def test_an_event_of_another_shape_is_told_by_what_it_is_about(data: dict[str, Any]):
    assert event_words(event_of("draft.saved", data)) == "draft 1"


@pytest.mark.django_db
def test_the_product_s_own_events_are_told(review: Review):  # noqa: F811
    review.require(open_tasks="block")
    review.withdraw(review.submit("0.9"))
    review.release("1.0")

    for event in Event.objects.all():
        assert event_words(event) != f"{event.target_type} {event.target_id}", event.canonical
