"""The form of a script's arguments: what is typed, chosen or uploaded, as the values that the script takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from drafts.models import Draft
from drafts.reading import texts_of
from kernel.errors import DomainError, ValidationFailed
from stages.automation.executing.settings import Argument
from stages.automation.pages.uploads import uploaded_text
from workspace.htmx_action import refusal_text

MAX_FILE: Final = 1 << 20
FILES: Final = "files/"


@dataclass
class Input:
    """One argument as its form shows it: what was typed, the project file that was chosen, and what is wrong."""

    argument: Argument
    typed: str = ""
    chosen: str = ""
    uploaded: str = ""
    problem: str = ""

    @property
    def name(self) -> str:
        return f"arg-{self.argument.name}"

    @property
    def label(self) -> str:
        return self.argument.title or self.argument.name

    @property
    def is_checked(self) -> bool:
        return self.typed == "true"


@dataclass
class RunForm:
    """All arguments. `values` are those that were given, as the script takes them."""

    inputs: list[Input] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def is_valid(self) -> bool:
        return not any(each.problem for each in self.inputs)

    @classmethod
    def of_values(cls, args: tuple[Argument, ...], values: Mapping[str, Any]) -> RunForm:
        """The form with the values of an earlier time, as far as they still fit."""
        return cls([Input(each, typed=_spelled(each, values.get(each.name))) for each in args])

    @classmethod
    def of_post(
        cls, args: tuple[Argument, ...], post: QueryDict, files: Mapping[str, Any], draft: Draft | None
    ) -> RunForm:
        """The form as it was sent."""
        form = cls()
        for argument in args:
            found = Input(argument)
            found.typed = post.get(found.name, "").replace("\r\n", "\n")
            found.chosen = post.get(f"{found.name}-file", "")
            try:
                value = _value_of(found, files.get(f"{found.name}-upload"), draft)
            except DomainError as refusal:
                found.problem = refusal_text(refusal)
            else:
                if value is not None:
                    form.values[argument.name] = value
            form.inputs.append(found)
        return form

    def refuse(self, name: str, words: str) -> bool:
        """Say at an argument what is wrong; False where there is none of that name."""
        for each in self.inputs:
            if each.argument.name == name:
                each.problem = words
                return True
        return False


def _value_of(found: Input, upload: Any, draft: Draft | None) -> Any:
    argument, typed = found.argument, found.typed
    if argument.type == "file":
        typed = found.typed = _text_of_file(found, upload, draft)
    elif argument.type != "lines":
        typed = typed.strip()
    if argument.type == "boolean":
        return typed == "true"
    if not typed:
        if argument.required:
            raise ValidationFailed({argument.name: [_("This is needed.")]})
        return None
    return _READERS.get(argument.type, str)(typed)


def _text_of_file(found: Input, upload: Any, draft: Draft | None) -> str:
    """What was uploaded, else the project's file that was chosen, else what was typed."""
    if upload is not None:
        found.uploaded = str(upload.name or "")
        return uploaded_text(upload, maximum=MAX_FILE, name=found.argument.name)
    if found.chosen:
        if draft is None or not found.chosen.startswith(FILES) or draft.sha256_of(found.chosen) is None:
            raise ValidationFailed({found.argument.name: [_("The project has no such file any more.")]})
        return texts_of([draft], found.chosen)[0]
    return found.typed


def _integer(typed: str) -> int:
    try:
        value = int(typed) if len(typed) < 20 else 1 << 60
    except ValueError:
        raise ValidationFailed({"": [_("A whole number, such as 12.")]}) from None
    if abs(value) >= 1 << 53:
        raise ValidationFailed({"": [_("This number is too large.")]})
    return value


def _decimal(typed: str) -> float:
    # A comma is not guessed at: 1,234 means one thing here and another there.
    try:
        value = float(typed)
    except ValueError:
        raise ValidationFailed({"": [_("A number with a point, such as 0.5.")]}) from None
    if not isfinite(value):
        raise ValidationFailed({"": [_("A number with a point, such as 0.5.")]})
    return value


def _date(typed: str) -> str:
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise ValidationFailed({"": [_("A date such as 2026-12-31.")]}) from None


_READERS: Final[Mapping[str, Any]] = {"integer": _integer, "decimal": _decimal, "date": _date}


def _spelled(argument: Argument, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return "" if argument.options and text not in argument.options else text
