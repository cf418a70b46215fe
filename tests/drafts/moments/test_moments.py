"""The workspace as it was at a version or a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from audit.models import Event
from drafts.comments.services import (
    answer_comment,
    create_comment,
    reopen_comment,
    resolve_comment,
    withdraw_comment,
)
from drafts.models import Draft
from drafts.moments import reading
from drafts.moments.reading import Moment, moment_at, moment_of_version
from drafts.moments.serializers import moment_body
from projects.models import Project
from tests.drafts.conftest import Save
from tests.rest.client import Api, members, problem
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def of_version(project: Project, version: int | None = None) -> Moment:
    return moment_of_version(project_id=project.id, version=version)


def just_now(project: Project) -> datetime:
    """The time of the newest event: a moment between two acts."""
    return Event.objects.of_project(project.id).reverse()[0].at


def draft_of(project: Project, version: int | None = None) -> Draft:
    draft = of_version(project, version).draft
    assert draft is not None
    return draft


def holders(moment: Moment) -> list[tuple[str, User]]:
    return [(lease.field, lease.user) for lease in moment.leases]


def test_a_version_brings_back_its_fields(project, save: Save):
    save("one")
    save("a", "files/a.md")
    save("two")

    draft = draft_of(project, 2)

    assert draft.prompt_text == "one"
    assert set(draft.fields) == {"prompt_text", "files/a.md"}
    assert of_version(project, 2).at == draft.created_at
    assert draft_of(project).version_number == 3


def test_a_moment_lies_between_two_versions(project, save: Save):
    first = save("one")
    second = save("two")

    def version_at(at: datetime) -> Draft | None:
        return moment_at(project_id=project.id, at=at).draft

    before = first.created_at - timedelta(microseconds=1)
    assert version_at(before) is None
    assert version_at(first.created_at) == first
    assert version_at(second.created_at - timedelta(microseconds=1)) == first
    assert version_at(second.created_at) == second


def test_the_future_is_now(project, save: Save):
    draft = save("one")

    moment = moment_at(project_id=project.id, at=datetime(9999, 1, 1, tzinfo=UTC))

    assert moment.draft == draft
    assert moment.at <= datetime.now(UTC)


def test_c22_who_held_which_field_when_a_version_was_saved(project, editor, owner, caller_for):
    daniel, mara = Writer(caller_for(editor), project), Writer(caller_for(owner), project)
    prompt = daniel.take("prompt_text")
    mara.take("files/a.md")
    daniel.save({"prompt_text": "one"}, prompt)
    mara.give_back("files/a.md")
    daniel.save({"prompt_text": "two"}, prompt, base=1, release_locks=True)

    assert holders(of_version(project, 1)) == [("files/a.md", owner), ("prompt_text", editor)]
    assert holders(of_version(project, 2)) == [("prompt_text", editor)]
    assert holders(moment_at(project_id=project.id, at=just_now(project) + timedelta(seconds=1))) == []


def test_comments_have_the_state_they_had_then(project, save: Save, reviewer, caller_for):
    save("one\ntwo")
    priya = caller_for(reviewer)
    place = {"project_id": project.id, "version": 1, "target_field": "prompt_text"}
    moments = [just_now(project)]

    def after(step: Any, **facts: Any) -> Any:
        done = step(caller=priya, **facts)
        moments.append(just_now(project))
        return done

    thread = after(create_comment, text="Why?", anchor={"from_line": 2, "to_line": 2}, **place)
    reply = after(answer_comment, comment_id=thread.id, text="So.")
    after(resolve_comment, comment_id=thread.id)
    after(reopen_comment, comment_id=thread.id)
    after(withdraw_comment, comment_id=reply.id)
    after(withdraw_comment, comment_id=thread.id)

    told = []
    for at in moments:
        moment = moment_at(project_id=project.id, at=at)
        told.append([(each["text"], len(each["replies"])) for each in moment_body(moment)["comments"]])
    assert told == [[], [("Why?", 0)], [("Why?", 1)], [], [("Why?", 1)], [("Why?", 0)], []]


def test_an_open_comment_stands_where_its_text_was(project, save: Save, reviewer, caller_for):
    save("one\ntwo")
    anchor = {"from_line": 2, "to_line": 2}
    place = {"project_id": project.id, "version": 1, "target_field": "prompt_text", "anchor": anchor}
    create_comment(caller=caller_for(reviewer), text="Why?", **place)
    save("zero\none\ntwo")
    save("three")

    assert [moment_body(of_version(project, version))["comments"][0]["position"] for version in (2, 3)] == [
        {"from_line": 3, "to_line": 3},
        None,
    ]


def test_what_is_shown_is_bounded_and_says_so(project, save: Save, reviewer, caller_for, monkeypatch):
    monkeypatch.setattr(reading, "MAX_COMMENTS", 2)
    save("one")
    place = {"project_id": project.id, "version": 1, "target_field": "prompt_text"}
    for number in range(3):
        create_comment(caller=caller_for(reviewer), text=f"No. {number}", **place)

    moment = moment_at(project_id=project.id, at=just_now(project))

    assert ([each.text for each in moment.comments], moment.more_comments) == (["No. 0", "No. 1"], True)


def test_it_answers_through_rest(project, save: Save, viewer: User, editor: User):
    draft = save("one")
    api, base = Api(viewer), f"projects/{project.id}/moments/"

    by_version = members(api.get(base + "?version=1"))
    assert (by_version["draft"]["prompt_text"], by_version["comments"]) == ("one", [])
    assert [(lease["field"], lease["holder"]) for lease in by_version["leases"]] == [("prompt_text", editor.person())]
    at = draft.created_at.isoformat().replace("+00:00", "Z")
    assert members(api.get(f"{base}?at={at}")) == by_version == members(api.get(base))
    assert members(api.get(base + "?at=2001-01-01T00:00:00%2B05:00"))["draft"] is None


@pytest.mark.parametrize(
    "query",
    [
        "?version=x",
        "?version=0",
        "?at=yesterday",
        "?at=2026-11-20T10:42:00",
        "?at=2026-13-20T10:42:00Z",
        "?at=0001-01-01T00:00:00%2B05:00",
        "?at=9999-12-31T23:00:00-05:00",
        "?at=2026-11-20T10:42:00Z&version=1",
        "?at=%00",
    ],
)
def test_it_refuses_a_moment_that_is_none(project, viewer: User, query: str):
    assert problem(Api(viewer).get(f"projects/{project.id}/moments/{query}")) == (400, "validation_failed")


def test_what_never_was_is_not_found(project, save: Save, viewer: User, outsider: User):
    base = f"projects/{project.id}/moments/"
    assert problem(Api(viewer).get(base)) == (404, "not_found")
    save("one")
    assert problem(Api(viewer).get(base + "?version=2")) == (404, "not_found")
    assert problem(Api(outsider).get(base + "?version=x")) == (404, "not_found")
