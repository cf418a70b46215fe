"""A suite: which cases are asked of which models, what is asked of their answers, and when that is enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from projects.fields import FILES, check_field_name
from stages.runs.agents.variables import names_in
from stages.runs.evaluation.cases import Case, variables_of
from stages.runs.evaluation.suite_nodes import SUITE, Node, read_yaml

MAX_CELLS: Final = 20_000
MAX_MODELS: Final = 20
MAX_REPEAT: Final = 100
MAX_GRADERS: Final = 50
# Each is checked by a program of its own.
MAX_SCHEMAS: Final = 10
# What is asked where the suite does not say it: the case's member `input`.
DEFAULT_INPUT: Final = "{{input}}"

_ONE: Final = Decimal(1)
_MOST: Final = Decimal(1_000_000)
# Which members a grader of each type has, beside `type` and `name`, and whether it must have them.
_OPTIONS: Final[Mapping[str, Mapping[str, bool]]] = {
    "exact": {"value": True, "ignore_case": False},
    "contains": {"value": True, "ignore_case": False},
    "regex": {"pattern": True, "ignore_case": False},
    "json_schema": {"schema": True},
    "similarity": {"value": True, "at_least": True},
    "tool_call": {"tool": True, "arguments": False},
    "model": {"profile": True, "rubric": True, "at_least": True},
    "cost": {"at_most": True},
    "latency": {"at_most": True},
}


@dataclass(frozen=True, slots=True)
class GraderSpec:
    """One grader as the suite describes it, with the line that it begins on."""

    type: str
    name: str
    line: int
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PassRules:
    """When a suite is passed.

    `rate` is the least share of cases that pass, `each` the least share of a case's repeats for it to pass, `must`
    names graders that have to pass every time.
    """

    rate: Decimal = _ONE
    each: Decimal = _ONE
    must: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The rules for the record, shares as texts."""
        return {"rate": f"{self.rate:f}", "each": f"{self.each:f}", "must": list(self.must)}


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite file. `cases` and `schemas` are names of fields."""

    cases: str
    input: str
    models: tuple[str, ...]
    repeat: int
    graders: tuple[GraderSpec, ...]
    rules: PassRules

    @property
    def schemas(self) -> tuple[str, ...]:
        """The files that graders need."""
        found = (spec.options.get("schema") for spec in self.graders)
        return tuple(dict.fromkeys(each for each in found if isinstance(each, str)))

    @property
    def judges(self) -> tuple[str, ...]:
        """The profiles that graders ask."""
        return tuple(dict.fromkeys(str(spec.options["profile"]) for spec in self.graders if spec.type == "model"))


def parse_suite(text: str) -> Suite:
    """Read a suite. Raises `ValidationFailed` on `suite`, naming line and member."""
    required = {"cases": True, "input": False, "models": True, "repeat": False, "graders": True, "pass": False}
    members = read_yaml(text).members(required)
    models = tuple(node.text(most=200) for node in members["models"].items(most=MAX_MODELS))
    if len(set(models)) < len(models):
        members["models"].refuse(_("a model is named twice."))
    graders = _graders(members["graders"])
    return Suite(
        cases=_file(members["cases"]),
        input=members["input"].text(most=200_000) if "input" in members else DEFAULT_INPUT,
        models=models,
        repeat=members["repeat"].integer(least=1, most=MAX_REPEAT) if "repeat" in members else 1,
        graders=graders,
        rules=_rules(members["pass"], graders) if "pass" in members else PassRules(),
    )


def check_suite(suite: Suite, cases: Sequence[Case]) -> None:
    """Raise `ValidationFailed` where the suite names members that no case has, or has too many cells."""
    cells = len(cases) * len(suite.models) * suite.repeat
    if cells > MAX_CELLS:
        words = _("{cells} answers are asked for; at most {most} may be.")
        raise ValidationFailed({SUITE: [words.format(cells=cells, most=MAX_CELLS)]})
    known = variables_of(cases)
    asked = [("input", suite.input)]
    asked += [
        (f"{spec.name}.{option}", text)
        for spec in suite.graders
        for option, value in spec.options.items()
        if option in {"value", "pattern", "rubric"}
        for text in (value if isinstance(value, tuple) else (value,))
    ]
    for place, text in asked:
        unknown = next((name for name in names_in(str(text)) if name not in known), None)
        if unknown is not None:
            words = _("{place}: no case has the member {name}.")
            raise ValidationFailed({SUITE: [words.format(place=place, name=unknown)]})


def _graders(node: Node) -> tuple[GraderSpec, ...]:
    found: list[GraderSpec] = []
    for each in node.items(most=MAX_GRADERS):
        spec = _grader(each, {other.name for other in found})
        found.append(spec)
        if sum(other.type == "json_schema" for other in found) > MAX_SCHEMAS:
            each.refuse(_("there may be {most} graders of this type at most.").format(most=MAX_SCHEMAS))
    return tuple(found)


def _grader(node: Node, taken: set[str]) -> GraderSpec:
    everything = {name: False for options in _OPTIONS.values() for name in options}
    loose = node.members({"type": True, "name": False} | everything)
    kind = loose["type"].text()
    if kind not in _OPTIONS:
        loose["type"].refuse(_("unknown grader. Graders are: {names}.").format(names=", ".join(_OPTIONS)))
    members = node.members({"type": True, "name": False, **_OPTIONS[kind]})
    if "name" in members:
        name = members["name"].text(most=100)
        if name in taken:
            members["name"].refuse(_("another grader has this name."))
    else:
        name = next(each for each in (kind, *(f"{kind} {at}" for at in range(2, 999))) if each not in taken)
    options = {
        option: _option(kind, option, each) for option, each in members.items() if option not in {"type", "name"}
    }
    return GraderSpec(kind, name, node.line, options)


def _option(kind: str, option: str, node: Node) -> object:
    """The value of a grader's member: text, tuple of texts, number, flag, or JSON."""
    if kind == "contains" and node.is_list():
        return tuple(each.text() for each in node.items(most=100))
    return _READERS.get(option, Node.text)(node)


def _arguments(node: Node) -> object:
    if not node.is_mapping():
        node.refuse(_("must be a mapping."))
    return node.value()


def _rules(node: Node, graders: Sequence[GraderSpec]) -> PassRules:
    members = node.members({"rate": False, "each": False, "must": False})
    must: list[str] = []
    for each in members["must"].items(most=MAX_GRADERS) if "must" in members else []:
        name = each.text()
        if name not in {spec.name for spec in graders}:
            each.refuse(_("no grader has this name."))
        must.append(name)
    shares = {name: members[name].number(least=Decimal(0), most=_ONE) for name in ("rate", "each") if name in members}
    return PassRules(shares.get("rate", _ONE), shares.get("each", _ONE), tuple(must))


def _file(node: Node) -> str:
    """The name of the field that a path means, which may begin with `files/`."""
    path = node.text(most=1_100)
    name = path if path.startswith(FILES) else FILES + path
    try:
        return check_field_name(name)
    except ValidationFailed as error:
        node.refuse(error.errors["field"][0])


_READERS: Final[Mapping[str, Callable[[Node], object]]] = {
    "ignore_case": Node.flag,
    "at_least": lambda node: node.number(least=Decimal(0), most=_ONE),
    "at_most": lambda node: node.number(least=Decimal(0), most=_MOST),
    "schema": lambda node: node.value() if node.is_mapping() else _file(node),
    "arguments": _arguments,
}
