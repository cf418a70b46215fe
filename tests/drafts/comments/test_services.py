"""Comments are said, answered, resolved, reopened, withdrawn; each with its event, none ever changed."""

from __future__ import annotations

from uuid import uuid4

import pytest

from audit.models import Event
from blobs.models import sha256_of
from drafts.comments.models import MAX_QUOTE, MAX_TEXT, Comment
from drafts.comments.services import (
    answer_comment,
    create_comment,
    reopen_comment,
    resolve_comment,
    withdraw_comment,
)
from kernel.errors import ClientRefReused, Conflict, NotFound, PermissionDenied, ProjectFrozen, ValidationFailed
from projects.services import archive_project
from tests.drafts.comments.conftest import PROMPT, Say
from tests.event_payload import event_payload

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(save, say: Say) -> Comment:
    save(PROMPT)
    return say("Says who?", (4, 5), "5 mg")


def newest(project) -> Event:
    return Event.objects.of_project(project.id).reverse()[0]


def test_c06_saying_something_writes_its_event_with_hashes_and_no_text(project, thread: Comment, reviewer):
    event = newest(project)

    assert (event.action, event.target_id, event.actor_id) == ("comment.created", str(thread.id), reviewer.id)
    assert event.at == thread.created_at
    assert "Says who?" not in event.canonical
    assert "5 mg" not in event.canonical
    assert event.data["text_sha256"] == sha256_of(b"Says who?")
    assert event.data["quote_sha256"] == sha256_of(b"5 mg")


def test_what_happens_is_told_live_without_texts(project, thread: Comment):
    assert event_payload(newest(project))["data"] == {
        "comment_id": str(thread.id),
        "thread_id": str(thread.id),
        "version": 1,
        "target_field": "prompt_text",
        "from_line": 4,
        "to_line": 5,
    }


def test_a_comment_may_be_on_the_whole_field(save, say: Say):
    save(PROMPT)

    assert say().anchor is None


def test_without_a_quote_the_lines_are_quoted(save, say: Say):
    save(PROMPT)

    assert say(lines=(4, 5)).quote == "# Dosing\nNever more than 5 mg."


def test_each_step_leads_to_its_state_and_writes_its_event(project, thread: Comment, owner, reviewer, caller_for):
    daniel, priya = caller_for(owner), caller_for(reviewer)
    steps = [
        ("comment.resolved", "resolved", lambda: resolve_comment(caller=daniel, comment_id=thread.id)),
        ("comment.reopened", "open", lambda: reopen_comment(caller=priya, comment_id=thread.id)),
        ("comment.resolved", "resolved", lambda: resolve_comment(caller=priya, comment_id=thread.id)),
        ("comment.withdrawn", "withdrawn", lambda: withdraw_comment(caller=priya, comment_id=thread.id)),
    ]
    for action, state, step in steps:
        step()
        comment, event = Comment.objects.get(pk=thread.id), newest(project)
        assert (event.action, event.data["state"], comment.state) == (action, state, state)
        assert (comment.state_at, comment.state_by_id) == (event.at, event.actor_id)


def test_a_reply_belongs_to_its_thread_also_as_an_answer_to_a_reply(project, thread: Comment, editor, caller_for):
    first = answer_comment(caller=caller_for(editor), comment_id=thread.id, text=" The protocol.\r\n ")
    second = answer_comment(caller=caller_for(editor), comment_id=first.id, text="Section 6.")

    assert first.text == "The protocol."
    assert (first.thread_id, second.thread_id) == (thread.id, thread.id)
    event = newest(project)
    assert (event.action, event.data["thread_id"]) == ("comment.answered", str(thread.id))
    assert event_payload(event)["data"]["target_field"] == "prompt_text"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ([], reopen_comment),
        ([resolve_comment], resolve_comment),
        ([withdraw_comment], resolve_comment),
        ([withdraw_comment], reopen_comment),
        ([withdraw_comment], withdraw_comment),
    ],
)
def test_c09_an_illegal_step_is_a_conflict(project, thread: Comment, reviewer, caller_for, first, then):
    for step in first:
        step(caller=caller_for(reviewer), comment_id=thread.id)
    before = Event.objects.newest_seq(str(project.id))

    with pytest.raises(Conflict):
        then(caller=caller_for(reviewer), comment_id=thread.id)

    assert Event.objects.newest_seq(str(project.id)) == before


def test_a_withdrawn_thread_is_not_answered(thread: Comment, reviewer, caller_for):
    withdraw_comment(caller=caller_for(reviewer), comment_id=thread.id)

    with pytest.raises(Conflict):
        answer_comment(caller=caller_for(reviewer), comment_id=thread.id, text="Still there?")


def test_a_full_thread_is_not_answered(thread: Comment, reviewer, caller_for, monkeypatch):
    monkeypatch.setattr("drafts.comments.services.MAX_REPLIES", 1)
    answer_comment(caller=caller_for(reviewer), comment_id=thread.id, text="One.")

    with pytest.raises(Conflict):
        answer_comment(caller=caller_for(reviewer), comment_id=thread.id, text="Two.")


@pytest.mark.parametrize("step", [resolve_comment, reopen_comment])
def test_a_reply_has_no_steps_of_its_own(thread: Comment, reviewer, caller_for, step):
    reply = answer_comment(caller=caller_for(reviewer), comment_id=thread.id, text="Me.")

    with pytest.raises(Conflict) as refusal:
        step(caller=caller_for(reviewer), comment_id=reply.id)
    assert refusal.value.extra["thread_id"] == str(thread.id)


def test_only_its_author_or_an_owner_withdraws_a_comment(project, thread: Comment, editor, owner, caller_for):
    with pytest.raises(PermissionDenied):
        withdraw_comment(caller=caller_for(editor), comment_id=thread.id, reason="I disagree")
    with pytest.raises(ValidationFailed):
        withdraw_comment(caller=caller_for(owner), comment_id=thread.id)

    withdraw_comment(caller=caller_for(owner), comment_id=thread.id, reason="Names a patient")

    assert newest(project).record["reason"] == "Names a patient"


def test_a_reply_is_withdrawn_alone(thread: Comment, reviewer, caller_for):
    reply = answer_comment(caller=caller_for(reviewer), comment_id=thread.id, text="Oops.")

    withdraw_comment(caller=caller_for(reviewer), comment_id=reply.id)

    assert Comment.objects.get(pk=thread.id).state == "open"


def test_a_repeat_with_the_same_reference_does_nothing_twice(project, thread: Comment, reviewer, caller_for):
    def caller():
        return caller_for(reviewer, client_ref=refs[-1])

    refs = [uuid4()]
    asked = {"project_id": project.id, "version": 1, "target_field": "prompt_text", "anchor": None}
    said = create_comment(caller=caller(), text="Once", **asked)
    assert create_comment(caller=caller(), text="Once", **asked).id == said.id
    with pytest.raises(ClientRefReused):
        create_comment(caller=caller(), text="Twice", **asked)
    for write in (
        lambda: answer_comment(caller=caller(), comment_id=thread.id, text="Me."),
        lambda: resolve_comment(caller=caller(), comment_id=thread.id),
        lambda: reopen_comment(caller=caller(), comment_id=thread.id),
        lambda: withdraw_comment(caller=caller(), comment_id=thread.id),
    ):
        refs.append(uuid4())
        first, before = write(), Event.objects.newest_seq(str(project.id))
        again = write()
        assert (again.id, again.repeated) == (first.id, True)
        assert Event.objects.newest_seq(str(project.id)) == before


def test_a_viewer_reads_only(project, thread: Comment, viewer, caller_for):
    for write in (
        lambda: answer_comment(caller=caller_for(viewer), comment_id=thread.id, text="Me too"),
        lambda: resolve_comment(caller=caller_for(viewer), comment_id=thread.id),
        lambda: withdraw_comment(caller=caller_for(viewer), comment_id=thread.id),
    ):
        with pytest.raises(PermissionDenied):
            write()


def test_an_outsider_is_not_told_that_a_comment_exists(thread: Comment, outsider, caller_for):
    told = []
    for identity in (thread.id, uuid4()):
        with pytest.raises(NotFound) as refusal:
            resolve_comment(caller=caller_for(outsider), comment_id=identity)
        told.append(refusal.value.problem())

    assert told[0] == told[1]


def test_an_archived_project_takes_no_comments(project, thread: Comment, owner, reviewer, caller_for):
    archive_project(caller=caller_for(owner), project_id=project.id)

    with pytest.raises(ProjectFrozen):
        resolve_comment(caller=caller_for(reviewer), comment_id=thread.id)


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"text": " \n "}, "text"),
        ({"text": "x" * (MAX_TEXT + 1)}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "a\ud800b"}, "text"),
        ({"text": None}, "text"),
        ({"version": 2}, "version"),
        ({"version": 0}, "version"),
        ({"target_field": "model_configuration"}, "target_field"),
        ({"target_field": "files/../x"}, "target_field"),
        ({"target_field": "nonsense"}, "target_field"),
        ({"lines": (0, 1)}, "anchor.from_line"),
        ({"lines": (1, 7)}, "anchor.to_line"),
        ({"lines": (True, 1)}, "anchor.from_line"),
        ({"lines": ("1", 1)}, "anchor.from_line"),
        ({"lines": (3, 2)}, "anchor.to_line"),
        ({"lines": (1, 1), "quote": "Dosing"}, "anchor.quote"),
        ({"lines": (1, 1), "quote": 5}, "anchor.quote"),
        ({"lines": (1, 1), "quote": "a\x00"}, "anchor.quote"),
    ],
)
def test_it_names_what_has_the_wrong_shape_and_saves_nothing(save, say: Say, facts, named):
    save(PROMPT)

    with pytest.raises(ValidationFailed) as refusal:
        say(**facts)

    assert list(refusal.value.errors) == [named]
    assert not Comment.objects.exists()


def test_a_quote_has_a_limit(save, say: Say):
    save("x" * (MAX_QUOTE + 1))

    with pytest.raises(ValidationFailed):
        say(lines=(1, 1))


def test_another_projects_version_is_none_of_this_one(make_project, save, reviewer, caller_for):
    save(PROMPT)
    other = make_project("Another", members={"reviewer": reviewer})
    place = {"project_id": other.id, "version": 1, "target_field": "prompt_text"}

    with pytest.raises(ValidationFailed):
        create_comment(caller=caller_for(reviewer), text="Hm", **place)
