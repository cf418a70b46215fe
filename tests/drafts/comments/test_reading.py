"""Threads as they stand on a version: their place, their replies, how many there are."""

from __future__ import annotations

from typing import Any

import pytest

from drafts.comments.models import Comment
from drafts.comments.reading import margin_counts, thread_bodies
from drafts.comments.services import answer_comment, resolve_comment, withdraw_comment
from drafts.models import Draft
from tests.drafts.comments.conftest import PROMPT, Say

pytestmark = pytest.mark.django_db


def on(project, version: int) -> list[dict[str, Any]]:
    draft = Draft.objects.get(project=project, version_number=version)
    return thread_bodies(list(Comment.objects.threads(project.id).made_up_to(version).with_facts()), draft)


def test_a_thread_says_where_it_was_made_and_where_it_is(project, save, say: Say, reviewer):
    save(PROMPT)
    say("Says who?", (4, 5), "5 mg")
    save("# First\nA new section.\n\n" + PROMPT)
    save("# Role\nNothing of it is left.\n")

    assert [on(project, version)[0]["position"] for version in (1, 2, 3)] == [
        {"from_line": 4, "to_line": 5},
        {"from_line": 7, "to_line": 8},
        None,
    ]
    body = on(project, 3)[0]
    assert body["anchor"] == {"from_line": 4, "to_line": 5, "quote": "5 mg"}
    assert (body["version"], body["target_field"], body["author"]) == (1, "prompt_text", reviewer.person())


def test_a_field_that_is_gone_takes_its_comments_places_along(project, save, say: Say):
    save("a: 1\n", "files/a.yaml")
    say(lines=(1, 1), target_field="files/a.yaml")
    save(None, "files/a.yaml")

    assert on(project, 1)[0]["position"] == {"from_line": 1, "to_line": 1}
    assert on(project, 2)[0]["position"] is None


def test_an_older_version_knows_nothing_of_later_comments(project, save, say: Say):
    save(PROMPT)
    save(PROMPT + "More.\n")
    say(version=2)

    assert on(project, 1) == []


def test_replies_stand_in_their_order_and_a_withdrawn_one_stays_readable(project, save, say: Say, editor, caller_for):
    save(PROMPT)
    thread = say()
    said = [answer_comment(caller=caller_for(editor), comment_id=thread.id, text=text) for text in ("One.", "Two.")]
    withdraw_comment(caller=caller_for(editor), comment_id=said[1].id)

    replies = on(project, 1)[0]["replies"]

    assert [(each["text"], each["state"]) for each in replies] == [("One.", "open"), ("Two.", "withdrawn")]
    assert replies[1]["state_by"] == editor.person()


def test_the_margin_counts_open_threads_by_line(project, save, say: Say, reviewer, caller_for):
    save(PROMPT)
    for lines in ((5, 5), (5, 5), (1, 2), None):
        say(lines=lines)
    resolve_comment(caller=caller_for(reviewer), comment_id=say(lines=(4, 5)).id)
    draft = save("New.\n# Dosing\nNever more than 5 mg.\n")

    counts = margin_counts(project_id=project.id, draft=draft)["prompt_text"]

    assert counts.lines == {3: 2}
    assert counts.states == {"open": 4, "resolved": 1}
    assert counts.gone == 1


def test_the_history_counts_threads_by_version(project, save, say: Say, reviewer, caller_for):
    save(PROMPT)
    save("Two.")
    thread = say()
    say()
    say(version=2)
    resolve_comment(caller=caller_for(reviewer), comment_id=thread.id)
    answer_comment(caller=caller_for(reviewer), comment_id=thread.id, text="Not counted.")

    threads = Comment.objects.threads(project.id)

    assert threads.counted_by_version([1, 2, 3]) == {1: {"open": 1, "resolved": 1}, 2: {"open": 1}}


def test_the_number_of_queries_does_not_grow(project, save, say: Say, django_assert_num_queries):
    for version in range(1, 5):
        save(f"Version {version}.\n{PROMPT}")
        say(version=version, lines=(5, 6))
    draft = save("Last.\n" + PROMPT)
    threads = list(Comment.objects.threads(project.id).with_facts())

    with django_assert_num_queries(3):
        first = thread_bodies(threads, draft)
    with django_assert_num_queries(1):
        assert thread_bodies(threads, draft) == first
