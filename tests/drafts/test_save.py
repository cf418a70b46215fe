"""A save makes the next version, under the locks of its fields."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import User
from audit.models import Event
from drafts import content
from drafts.models import Draft
from kernel.errors import ClientRefReused, LockNotHeld, PermissionDenied, StaleBase, StaleToken, ValidationFailed
from locking.models import WorkingCopy
from tests.writers import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(project, editor, caller_for) -> Writer:
    return Writer(caller_for(editor), project)


def test_it_makes_version_1_of_what_was_typed(writer: Writer):
    lock = writer.take("prompt_text")

    draft = writer.save({"prompt_text": "# Role\r\nBe kind.\r\n"}, lock, message="First words")

    assert draft.version_number == 1
    assert draft.prompt_text == "# Role\nBe kind.\n"
    assert draft.changed_fields == ["prompt_text"]
    event = Event.objects.of_project(writer.project.id).get(action="draft.saved")
    assert event.data["version"] == 1
    assert event.data["tokens"] == {"prompt_text": lock.token}
    assert "kind" in event.data
    assert "Be kind" not in event.canonical
    assert draft.created_at == event.at


def test_it_keeps_the_spelling_of_the_configuration(writer: Writer):
    lock = writer.take("model_configuration")
    text = '{\n  "zeta": 1e2,\n  "alpha": 0.10\n}'

    draft = writer.save({"model_configuration": text}, lock)

    assert draft.model_configuration_text == text


def test_it_refuses_a_field_that_is_not_held(writer: Writer):
    with pytest.raises(LockNotHeld):
        writer.save({"prompt_text": "x"})


def test_nobody_waits_for_the_project_while_a_text_is_checked(writer: Writer, monkeypatch: pytest.MonkeyPatch):
    transactions: list[int] = []
    monkeypatch.setattr(content, "check_syntax", lambda *_, **__: transactions.append(len(connection.savepoint_ids)))
    lock = writer.take("files/a.yaml")
    writer.save({"files/a.yaml": {"content": "a: 1\n"}}, lock)
    assert transactions == [0]


def test_who_may_not_write_is_told_so_before_what_is_wrong_with_the_text(writer: Writer, viewer: User, caller_for):
    with pytest.raises(PermissionDenied):
        writer.save({"files/a.yaml": {"content": "[\n"}}, caller=caller_for(viewer))
    with pytest.raises(ValidationFailed):
        writer.save({"files/a.yaml": {"content": "[\n"}})


def test_it_keeps_the_text_of_a_save_whose_lock_has_ended(writer: Writer):
    lock = writer.take("prompt_text")
    writer.give_back()

    with pytest.raises(StaleToken) as refusal:
        writer.save({"prompt_text": "nearly lost"}, lock)

    kept = WorkingCopy.objects.get(pk=str(refusal.value.extra["working_copy"]))
    assert kept.content == "nearly lost"
    assert not Draft.objects.filter(project=writer.project).exists()


def test_it_refuses_a_field_that_moved_since_its_base_and_shows_the_three_texts(writer: Writer):
    lock = writer.take("prompt_text")
    writer.save({"prompt_text": "one"}, lock)
    writer.save({"prompt_text": "two"}, lock, base=1)

    with pytest.raises(StaleBase) as refusal:
        writer.save({"prompt_text": "three"}, lock, base=1)

    assert refusal.value.extra["fields"] == {"prompt_text": {"base": "one", "theirs": "two", "yours": "three"}}


def test_two_fields_saved_on_the_same_base_both_stand(writer: Writer):
    prompt, file = writer.take("prompt_text"), writer.take("files/a.md")
    writer.save({"prompt_text": "one"}, prompt)

    draft = writer.save({"files/a.md": {"language": "markdown", "content": "two"}}, file, base=0)

    assert draft.version_number == 2
    assert draft.prompt_text == "one"
    assert set(draft.fields) == {"prompt_text", "files/a.md"}


def test_a_repeat_with_the_same_reference_gives_the_first_answer(writer: Writer, caller_for, editor):
    lock = writer.take("prompt_text")
    caller = caller_for(editor, client_ref=uuid4())

    first = writer.save({"prompt_text": "once"}, lock, caller=caller)
    again = writer.save({"prompt_text": "once"}, lock, caller=caller)

    assert again.id == first.id
    assert again.repeated
    with pytest.raises(ClientRefReused):
        writer.save({"prompt_text": "something else"}, lock, caller=caller)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "changes"),
        ({"nonsense": "x"}, "changes"),
        ({"prompt_text": None}, "prompt_text"),
        ({"prompt_text": "a\x00b"}, "prompt_text"),
        ({"prompt_text": "a\ud800b"}, "prompt_text"),
        ({"model_configuration": "[1]"}, "model_configuration"),
        ({"model_configuration": '{"a": NaN}'}, "model_configuration"),
        ({"model_configuration": '{"a": 1e999}'}, "model_configuration"),
        ({"model_configuration": '{"a":' * 101 + "1" + "}" * 101}, "model_configuration"),
        ({"files/../etc": {"content": "x"}}, "changes"),
        ({"files/a.md": {"text": "x"}}, "files/a.md"),
    ],
)
def test_it_names_the_field_that_has_the_wrong_shape(writer: Writer, changes, field: str):
    with pytest.raises(ValidationFailed) as refusal:
        writer.save(changes)

    assert field in refusal.value.errors
