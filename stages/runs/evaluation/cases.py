"""Cases: one JSON object a line, each with a key by which its results are found again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from kernel.canonical import canonical_hash
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from kernel.names import check_name
from stages.runs.agents.variables import names_in

MAX_CASES: Final = 20_000
MAX_KEY: Final = 200


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its members, and the line that it is on, from 1."""

    key: str
    members: Mapping[str, object]
    line: int


def parse_cases(text: str, *, name: str, question: str) -> list[Case]:
    """Read the lines of a file of cases.

    The key of a case is its `id`, else a hash of its input: of the members that `question` names. `name` is the file
    that errors name. Raises `ValidationFailed` for a line that is no JSON object, a key that is there twice, a member
    that `question` needs and no line has.
    """
    cases: dict[str, Case] = {}
    asked = names_in(question)
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        members = parse(line, name=name, first_line=number)
        if not isinstance(members, dict):
            raise _refusal(name, number, _("must be a JSON object."))
        case = Case(_key(members, asked, name, number), members, number)
        other = cases.setdefault(case.key, case)
        if other is not case:
            words = _("has the same id or input as line {other}.")
            raise _refusal(name, number, words.format(other=other.line))
        if len(cases) > MAX_CASES:
            raise _refusal(name, number, _("there may be {most} cases at most.").format(most=MAX_CASES))
    if not cases:
        raise ValidationFailed({name: [_("There are no cases.")]})
    return list(cases.values())


def variables_of(cases: Iterable[Case]) -> frozenset[str]:
    """The names of all members that any case has."""
    return frozenset(name for case in cases for name in case.members)


def _key(members: dict[str, object], asked: list[str], name: str, line: int) -> str:
    given = members.get("id")
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    if given is not None:
        try:
            return check_name(given, name=name, maximum=MAX_KEY)
        except ValidationFailed as error:
            raise _refusal(name, line, f"id: {error.errors[name][0]}") from None
    return canonical_hash({each: members[each] for each in asked if each in members} or members)


def _refusal(name: str, line: int, words: str) -> ValidationFailed:
    return ValidationFailed({name: [_("Line {line}: {words}").format(line=line, words=words)]})
