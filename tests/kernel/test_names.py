"""One rule for whatever people call things: one line, all of it visible, trimmed, in normal form C."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from django.forms import ValidationError as FormError

from accounts.callers import foundry_caller
from accounts.factors import remove_factors
from accounts.forms import _passkey_name
from accounts.models import User
from accounts.services import create_account, create_token, deactivate_account, reactivate_account, update_account
from accounts.suspension import restore_signing
from drafts.tasks.services import change_task, create_task
from kernel.errors import DomainError, ValidationFailed
from kernel.names import as_name, as_remark, check_name, check_remark
from projects.fields import check_field_name
from projects.models import Project
from projects.services import create_project, update_project
from publishing.services import submit_release
from tests.publishing.reviews import Review, caller_of

# What a name must not hold, whatever it names.
REFUSED = {
    "a line feed": "A\nB",
    "a carriage return": "A\rB",
    "a tab": "A\tB",
    "an escape": "A\x1b[2JB",
    "a zero width space": "A\u200bB",
    "a right-to-left override": "A\u202eB",
    "an isolate": "A\u2066B",
    "a line separator": "A\u2028B",
    "a byte order mark": "A\ufeffB",
    "a joiner between Latin letters": "A\u200dB",
    "a filler": "A\u3164B",
    "a private character": "A\ue000B",
    "invisible characters only": "\u200b\u2060",
    "joiners only": "\u200d",
    "marks only": "\u0301",
    "a variation selector only": "\ufe0f",
    "nothing": "",
    "white space": " \u00a0\u3000 ",
}
KEPT = (
    "Überprüfung",
    "治験 計画書",
    "می\u200cخواهم",
    "क्\u200dष",
    "👩\u200d💻 Helfer",
    "❤\ufe0f",
    "C++ (v2) – 50 %",
    "O'Neil & Sons",
)


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_name_is_one_line_of_which_everything_can_be_seen(text: str):
    with pytest.raises(ValidationFailed) as refusal:
        check_name(text, name="name", maximum=100)
    assert list(refusal.value.errors) == ["name"]


@pytest.mark.parametrize("text", KEPT)
def test_every_language_s_names_are_kept(text: str):
    assert check_name(f" {text}\n", name="name", maximum=100) == text
    assert as_name(text) == text


def test_a_name_is_kept_in_normal_form_c():
    assert check_name("U\u0308ber", name="name", maximum=4) == "Über"
    assert check_name(unicodedata.normalize("NFD", "한국"), name="name", maximum=2) == "한국"


def test_a_remark_may_have_several_lines_and_nothing_else_more():
    assert check_remark("First\r\n\tSecond\n", name="reason", maximum=100) == "First\n\tSecond"
    assert check_remark("", name="message", maximum=100, required=False) == ""
    for text in ("A\x1bB", "A\u202eB", "A\u200bB"):
        with pytest.raises(ValidationFailed, match=r"U\+"):
            check_remark(text, name="message", maximum=100, required=False)


@pytest.mark.django_db
@pytest.mark.parametrize("act", [deactivate_account, reactivate_account, restore_signing, remove_factors])
def test_a_reason_about_an_account_is_held_to_it_too(owner: User, act: Callable[..., object]):
    with pytest.raises(ValidationFailed, match="reason"):
        act(caller=foundry_caller("command"), user_id=owner.id, reason="A\x1b[2JB")


def test_what_was_written_elsewhere_is_spelled_out_instead_of_refused():
    assert as_remark("Fix\n\n\x1b[31mred\u202e 👩\u200d💻") == "Fix\n\n⟨U+001B⟩[31mred⟨U+202E⟩ 👩\u200d💻"
    assert as_name(" A\nB ") == "A⟨U+000A⟩B"


Naming = Callable[[Review, str], object]


def renaming_a_task(review: Review, text: str) -> object:
    owner = caller_of(review.people["owner"])
    task = create_task(caller=owner, project_id=review.project.id, text="Name the sources")
    return change_task(caller=owner, task_id=task.id, text=text).text


NAMINGS: dict[str, Naming] = {
    "a project": lambda review, text: create_project(caller=caller_of(review.people["owner"]), name=text).name,
    "a renamed project": lambda review, text: (
        update_project(caller=caller_of(review.people["owner"]), project_id=review.project.id, name=text).name
    ),
    "a release": lambda review, text: (
        submit_release(
            caller=caller_of(review.people["editor"]), project_id=review.project.id, name=text, version=1
        ).name
    ),
    "a token": lambda review, text: create_token(caller=caller_of(review.people["owner"]), name=text)[0].name,
    "a task": lambda review, text: (
        create_task(caller=caller_of(review.people["owner"]), project_id=review.project.id, text=text).text
    ),
    "a renamed task": renaming_a_task,
    "a person": lambda _, text: (
        create_account(caller=foundry_caller("command"), username="named", display_name=text).display_name
    ),
    "a renamed person": lambda review, text: (
        update_account(
            caller=foundry_caller("command"), user_id=review.people["viewer"].id, display_name=text
        ).display_name
    ),
    "a passkey": lambda _, text: _passkey_name(text),
}


@pytest.mark.parametrize("naming", NAMINGS.values(), ids=NAMINGS)
@pytest.mark.parametrize("text", ["A\nB", "A\x1b[2JB", "A\u200bB", "A\u202eB", "\u2060"])
def test_the_rule_holds_for_whatever_has_a_name(review: Review, naming: Naming, text: str):
    with pytest.raises((DomainError, FormError)):
        naming(review, text)


@pytest.mark.parametrize("naming", NAMINGS.values(), ids=NAMINGS)
def test_whatever_has_a_name_has_it_trimmed_and_in_normal_form_c(review: Review, naming: Naming):
    assert naming(review, " U\u0308ber \n") == "Über"


@pytest.mark.parametrize("path", ["a\nb", "a\x1bb", "a\u200bb", "a\u202eb", "a\u3164b", "\u2800"])
def test_a_file_s_path_shows_all_of_itself(path: str):
    with pytest.raises(ValidationFailed):
        check_field_name(f"files/{path}")


@pytest.mark.django_db
def test_a_name_from_before_the_rule_does_not_keep_anything_else_from_changing(project: Project, owner: User):
    Project.objects.filter(pk=project.id).update(name="Old\u202ename")
    User.objects.filter(pk=owner.id).update(display_name="Old\u3164name")

    update_project(caller=caller_of(owner), project_id=project.id, description="Told")
    update_account(caller=foundry_caller("command"), user_id=owner.id, email="o@example.org")

    owner.refresh_from_db()
    assert (owner.email, owner.display_name) == ("o@example.org", "Old\u3164name")
