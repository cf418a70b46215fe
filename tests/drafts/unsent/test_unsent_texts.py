"""What somebody has begun to write and not sent: theirs alone, bounded, and no record."""

from __future__ import annotations

import pytest

from audit.models import Event
from drafts.unsent import services
from drafts.unsent.models import MAX_UNSENT
from drafts.unsent.services import discard_unsent_texts, keep_unsent_text, unsent_texts
from kernel.errors import Conflict, NotFound, PayloadTooLarge, ValidationFailed
from projects.services import archive_project, remove_member

pytestmark = pytest.mark.django_db


def test_it_is_kept_for_its_writer_alone_without_an_event(project, editor, owner, caller_for):
    before = Event.objects.count()

    keep_unsent_text(caller=caller_for(editor), project_id=project.id, place="comment", text="Half a\r\nthought")
    keep_unsent_text(caller=caller_for(editor), project_id=project.id, place="comment", text="Half a\r\nthought of")

    assert unsent_texts(user=editor, project_id=project.id) == {"comment": "Half a\nthought of"}
    assert unsent_texts(user=owner, project_id=project.id) == {}
    assert Event.objects.count() == before


def test_an_empty_or_sent_text_is_let_go_of(project, editor, reviewer, caller_for):
    for who in (editor, reviewer):
        for place in ("comment", "task", "save"):
            keep_unsent_text(caller=caller_for(who), project_id=project.id, place=place, text="x")

    keep_unsent_text(caller=caller_for(editor), project_id=project.id, place="comment", text="")
    discard_unsent_texts(caller=caller_for(editor), project_id=project.id, places=["task"])

    assert unsent_texts(user=editor, project_id=project.id) == {"save": "x"}
    assert len(unsent_texts(user=reviewer, project_id=project.id)) == 3


@pytest.mark.parametrize("place", ["", "Comment", "comment:", "comment:a b", "a" * 81, "reply:../x", "comment\n"])
def test_a_place_has_a_name(project, editor, caller_for, place):
    with pytest.raises(ValidationFailed):
        keep_unsent_text(caller=caller_for(editor), project_id=project.id, place=place, text="x")


def test_it_is_bounded_in_size_and_number(project, editor, caller_for, monkeypatch):
    monkeypatch.setattr(services, "MAX_TEXTS", 2)
    caller = caller_for(editor)
    for place in ("comment", "task"):
        keep_unsent_text(caller=caller, project_id=project.id, place=place, text="x" * MAX_UNSENT)

    with pytest.raises(PayloadTooLarge):
        keep_unsent_text(caller=caller, project_id=project.id, place="task", text="x" * (MAX_UNSENT + 1))
    with pytest.raises(Conflict):
        keep_unsent_text(caller=caller, project_id=project.id, place="save", text="x")
    with pytest.raises(ValidationFailed, match="NUL"):
        keep_unsent_text(caller=caller, project_id=project.id, place="task", text="\0")
    keep_unsent_text(caller=caller, project_id=project.id, place="task", text="shorter")

    assert unsent_texts(user=editor, project_id=project.id)["task"] == "shorter"


def test_whoever_loses_access_neither_writes_nor_reads_it(project, editor, owner, outsider, caller_for):
    keep_unsent_text(caller=caller_for(editor), project_id=project.id, place="comment", text="x")
    remove_member(caller=caller_for(owner), project_id=project.id, user_id=editor.id, reason="Left")

    for who in (editor, outsider):
        with pytest.raises(NotFound):
            unsent_texts(user=who, project_id=project.id)
        with pytest.raises(NotFound):
            keep_unsent_text(caller=caller_for(who), project_id=project.id, place="comment", text="y")


def test_it_stays_where_the_project_is_archived_meanwhile(project, owner, caller_for):
    archive_project(caller=caller_for(owner), project_id=project.id)

    keep_unsent_text(caller=caller_for(owner), project_id=project.id, place="comment", text="x")

    assert unsent_texts(user=owner, project_id=project.id) == {"comment": "x"}
