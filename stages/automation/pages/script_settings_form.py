"""The forms of a script's settings: each act makes the settings anew from those that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from stages.automation.executing.settings import Argument, Settings
from stages.automation.packages.capabilities import check_capabilities
from stages.automation.packages.shapes import CapabilitiesShape
from stages.automation.pages.script_state import ScriptPage, type_words
from stages.automation.reading.grant_words import KINDS, choices_of, is_known, kind_words
from stages.automation.services.script_checks import settings_hash
from stages.registers.schema import Schema

ACTS: Final = ("argument", "remove_argument", "trigger", "remove_trigger", "wish", "remove_wish")


@dataclass(frozen=True, slots=True)
class ArgumentForm:
    """The form of an argument, or of a further one (`before` is empty): what is in it, and what is wrong."""

    before: str = ""
    name: str = ""
    type: str = "text"
    title: str = ""
    required: bool = False
    options: str = ""
    problems: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def id(self) -> str:
        """Part of the ids of its inputs; no name of an argument has a hyphen."""
        return self.before or "-new"

    @classmethod
    def of(cls, argument: Argument) -> ArgumentForm:
        name, options = argument.name, "\n".join(argument.options)
        return cls(name, name, argument.type, argument.title, argument.required, options)


def argument_forms(shown: ScriptPage, typed: Mapping[str, str], problems: Sequence[str]) -> list[ArgumentForm]:
    """A form for each argument and for a further one; the one that was refused has what was typed in it."""
    forms = [*(ArgumentForm.of(each) for each in shown.args), ArgumentForm()]
    if typed.get("act") != "argument":
        return forms
    members = {each: typed.get(each, "") for each in ("before", "name", "type", "title", "options")}
    refused = ArgumentForm(**members, required=typed.get("required") == "on", problems=tuple(problems), is_open=True)
    return [refused if each.before == refused.before else each for each in forms]


def settings_choices(
    shown: ScriptPage, typed: Mapping[str, str] | None = None, problems: Sequence[str] = ()
) -> dict[str, Any]:
    """What the forms of the settings offer, with what was typed into one that was refused."""
    if not shown.may_edit:
        return {"types": type_words()}
    draft = shown.access.project.current_draft
    fields = sorted(f"files/{path}" for path in draft.files) if draft is not None else []
    return {
        "types": type_words(),
        "settings_base": settings_hash(shown.script.settings),
        "argument_forms": argument_forms(shown, typed or {}, problems),
        "problems": problems,
        "trigger_choices": choices_of(shown.reader.schema, fields, whole_tables=True),
        "wish_choices": choices_of(shown.reader.schema, fields),
        "wish_kinds": [(kind, kind_words(kind)) for kind in KINDS],
    }


def changed_settings(settings: Settings, schema: Schema, post: QueryDict) -> Mapping[str, Any]:
    """The settings after what a form asks for. Raises `ValidationFailed` naming the input."""
    act, found = post.get("act", ""), settings.to_json()
    value = post.get("value", "").strip()
    if act == "argument":
        found["args"] = _with_argument(found["args"], post)
    elif act == "remove_argument":
        found["args"] = [each for each in found["args"] if each["name"] != value]
    elif act == "trigger":
        if not value:
            raise ValidationFailed({"trigger": [_("Choose what the script is to watch.")]})
        found["on_change"] = [*found["on_change"], value]
    elif act == "remove_trigger":
        found["on_change"] = [each for each in found["on_change"] if each != value]
    elif act in ("wish", "remove_wish"):
        kind = post.get("kind", "")
        if kind not in KINDS:
            raise ValidationFailed({"wish": [_("Choose what the script is to be allowed.")]})
        listed = [each for each in found["capabilities"][kind] if each != value]
        if act == "wish":
            listed.append(_checked_wish(schema, kind, post.get("other", "").strip() or value))
        found["capabilities"] = {**found["capabilities"], kind: listed}
    else:
        raise ValidationFailed({"act": [_("Must be one of {values}.").format(values=", ".join(ACTS))]})
    return found


def _with_argument(listed: list[dict[str, Any]], post: QueryDict) -> list[dict[str, Any]]:
    """The arguments with a further one, or with another one in the place of `before`."""
    name, before = post.get("name", "").strip(), post.get("before", "")
    if not name.isidentifier():
        raise ValidationFailed({"name": [_("A name has letters, digits and _, and begins with no digit.")]})
    if name != before and any(each["name"] == name for each in listed):
        raise ValidationFailed({"name": [_("There is an argument of this name already.")]})
    options = [each.strip() for each in post.get("options", "").replace("\r", "\n").split("\n") if each.strip()]
    argument = {
        "name": name,
        "type": post.get("type", "text"),
        "title": post.get("title", "").strip(),
        "required": post.get("required") == "on",
        "options": options if post.get("type") == "text" else [],
    }
    if any(each["name"] == before for each in listed):
        return [argument if each["name"] == before else each for each in listed]
    return [*listed, argument]


def _checked_wish(schema: Schema, kind: str, value: str) -> str:
    """Raises `ValidationFailed` on `wish` for what means nothing, or what the project does not have."""
    if not value:
        raise ValidationFailed({"wish": [_("Choose what the script is to be allowed.")]})
    try:
        check_capabilities(CapabilitiesShape(**{kind: (value,)}), "wish")
    except ValidationFailed as refusal:
        raise ValidationFailed({"wish": [words for each in refusal.errors.values() for words in each]}) from None
    if kind in ("read", "write") and not is_known(schema, value):
        raise ValidationFailed({"wish": [_("There is no “{name}” in this project.").format(name=value)]})
    return value
