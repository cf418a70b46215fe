"""Definitions of rules that are refused, with the path and the words of each mistake."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from kernel.errors import ValidationFailed
from stages.automation.rules.parsing import InvalidRule

# What a definition is refused with (`rules.parsing`), for translators.
_WORDS: Final = (
    _("not an object"),
    _("missing"),
    _("missing: a rule adds to a table, fills columns or overwrites them"),
    _("the same table as the scope"),
    _("not a member that is known here"),
    _("not one of {choices}"),
    _("not an object of at most {most} members"),
    _("filled and overwritten at once"),
    _("null equals nothing: ask for empty instead"),
    _("not a list"),
    _("more than {most} conditions"),
    _("has neither of column, relation, any, none"),
    _("not exactly one of {choices}"),
    _("not true or false"),
    _("not a list of 1 to {most} values"),
    _("more than {most} relations deep"),
    _("more than {most} groups deep"),
    _("empty"),
)


def refuse_rule(invalid: InvalidRule, member: str) -> ValidationFailed:
    """The refusal of a definition that cannot be read; `member` is where it was given."""
    return refuse_mistakes(
        ((each.path, gettext(each.template).format(**each.facts)) for each in invalid.problems), member
    )


def refuse_mistakes(found: Iterable[tuple[str, str]], member: str) -> ValidationFailed:
    """The refusal of a definition with mistakes, each a path and its words."""
    errors: dict[str, list[str]] = {}
    for path, words in found:
        errors.setdefault(f"{member}.{path}" if path != "definition" else member, []).append(words)
    return ValidationFailed(errors)
