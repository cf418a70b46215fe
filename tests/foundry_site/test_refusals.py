"""The check of Python notices texts for people that nobody could translate; refusals speak the reader's language."""

from __future__ import annotations

import gettext
import json
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from foundry_site.launcher import refusals
from kernel.errors import NotFound, Unavailable, ValidationFailed
from projects.models import Role

NAMES = frozenset({"NotFound", "ValidationError", "ValidationFailed"})
UNTRANSLATED = {
    'from kernel.errors import NotFound\nraise NotFound("No such text.")': "No such text.",
    'raise NotFound("No such task.")': "No such task.",
    'raise NotFound(f"No version {n}.")': "No version ",
    'raise ValidationFailed({"name": ["Too long."]})': "Too long.",
    'raise ValidationFailed({"name": [x]}, detail="Not saved.")': "Not saved.",
    'raise forms.ValidationError("Wrong.", "wrong_code")': "Wrong.",
    'raise NotFound("No version {n}.".format(n=1))': "No version {n}.",
    'messages.success(request, "Saved.")': "Saved.",
    'name = models.CharField(help_text="Printed.")': "Printed.",
    '@admin.action(description="Close them")\ndef close(): ...': "Close them",
    'class Role(models.TextChoices):\n    OWNER = "owner", "Owner"': "Owner",
    'class Gone(NotFound):\n    code, status, title = "gone", 410, "It is gone"': "It is gone",
    'def f():\n    text = "Too late."\n    raise NotFound(text)': "Too late.",
    'def f():\n    text: str = _("Ended.")\n    text += " Try again."\n    raise NotFound(text)': " Try again.",
    'def f():\n    when = "in a minute"\n    raise NotFound(_("Try again {when}").format(when=when))': "in a minute",
    'LATE = "Too late."\ndef f():\n    raise NotFound(LATE)': "Too late.",
    'def f(x):\n    raise NotFound(why(x))\ndef why(x):\n    return "Too late." if x else _("Gone.")': "Too late.",
}
TRANSLATED = (
    'class NotFound:\n    kind: str\nNotFound("a value that is not there")',
    'from somewhere.values import NotFound\nNotFound("a value that is not there")',
    'raise NotFound(_("No version {n}.").format(n=1))',
    'raise ValidationFailed({"name": [_("Too long.")]}, code="too_long")',
    'raise ValueError("A defect of the program.")',
    'logger.info("Nothing to do.")',
    'class Role(models.TextChoices):\n    OWNER = "owner", _("Owner")',
    'class Gone(NotFound):\n    code, status, title = "gone", 410, _("It is gone")',
    'def f():\n    text = _("Too late.")\n    raise NotFound(text)',
    'def f():\n    text = "A key"\n    log(text)\ndef g(text):\n    raise NotFound(text)',
    'def f(name):\n    raise ValidationFailed({field(name): x for x in y})\ndef field(name):\n    return "username"',
)


@pytest.mark.parametrize(("source", "words"), UNTRANSLATED.items())
def test_a_text_outside_gettext_is_noticed(source: str, words: str) -> None:
    assert [text for _, text in refusals.untranslated(source, NAMES)] == [words]


@pytest.mark.parametrize("source", TRANSLATED)
def test_a_translated_text_and_what_is_not_for_people_pass(source: str) -> None:
    assert refusals.untranslated(source, NAMES) == []


def test_the_code_of_the_project_is_clean() -> None:
    assert list(refusals.problems()) == []


class Shouted(gettext.NullTranslations):
    """A language that can be told from English and needs no file."""

    def gettext(self, message: str) -> str:
        return message.upper()

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return (msgid1 if n == 1 else msgid2).upper()


@pytest.fixture
def shouting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of gettext in this test is answered in capitals."""
    language = Shouted()
    active: Any = vars(trans_real)["_active"]
    monkeypatch.setattr(active, "value", language, raising=False)


def test_a_refusal_is_told_in_the_reader_s_language(shouting: None) -> None:
    assert Unavailable().problem()["title"] == "TEMPORARILY UNAVAILABLE"
    assert Unavailable().detail == "FOUNDRY CANNOT REACH ITS STORAGE. TRY AGAIN."
    assert ValidationFailed({}).detail == "INVALID INPUT."
    assert str(Role.OWNER.label) == "OWNER"


def test_a_program_still_gets_plain_json_and_the_same_codes(shouting: None) -> None:
    problem = json.loads(json.dumps(NotFound("gone").problem()))
    assert (problem["code"], problem["status"], problem["title"]) == ("not_found", 404, "NOT FOUND")
    assert Role.OWNER.value == "owner"


def test_english_is_back_where_no_translation_is_active() -> None:
    with translation.override("en"):
        assert NotFound("gone").problem()["title"] == "Not found"
