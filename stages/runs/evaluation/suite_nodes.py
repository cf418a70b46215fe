"""Reads YAML strictly: every mistake names its line and the member, and nothing is constructed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NoReturn

import yaml
from django.utils.translation import gettext as _

from drafts.syntax import check_syntax
from drafts.yaml_words import yaml_problem
from kernel.errors import ValidationFailed

# The parameter that errors are reported on.
SUITE: Final = "suite"

# In characters: what a suite amounts to where aliases are followed, which repeat a long text in few letters.
MAX_EXPANDED: Final = 4 * 1_048_576
_TAG: Final = "tag:yaml.org,2002:"
_KINDS: Final = frozenset({"str", "timestamp", "int", "float", "bool", "null"})
_INTEGER: Final = re.compile(r"-?[0-9]{1,15}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?(?:[eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the suite; `place` is its member, as `graders[0].value`."""

    yaml: yaml.Node
    place: str = ""

    @property
    def line(self) -> int:
        """Its line, from 1."""
        return self.yaml.start_mark.line + 1 if self.yaml.start_mark else 1

    def refuse(self, words: str) -> NoReturn:
        """Raise `ValidationFailed` with the line, the member and `words`."""
        place = f"{self.place}: " if self.place else ""
        raise ValidationFailed(
            {SUITE: [_("Line {line}: {place}{words}").format(line=self.line, place=place, words=words)]}
        )

    def members(self, required: Mapping[str, bool]) -> dict[str, Node]:
        """The members of a mapping; `required` says which there may be, and which there must be."""
        found = self._pairs()
        for name, node in found.items():
            if name not in required:
                node.refuse(_("unknown member. Members are: {names}.").format(names=", ".join(required)))
        missing = [name for name, must in required.items() if must and name not in found]
        if missing:
            self.refuse(_("the member {name} is missing.").format(name=missing[0]))
        return found

    def _pairs(self) -> dict[str, Node]:
        if not isinstance(self.yaml, yaml.MappingNode):
            self.refuse(_("must be a mapping."))
        found: dict[str, Node] = {}
        for key, value in self.yaml.value:
            if not isinstance(key, yaml.ScalarNode):
                self.refuse(_("a name must be text."))
            found[key.value] = Node(value, f"{self.place}.{key.value}".lstrip(".")[:200])
        return found

    def items(self, *, most: int) -> list[Node]:
        """The items of a sequence, which are at least one."""
        if not isinstance(self.yaml, yaml.SequenceNode):
            self.refuse(_("must be a list."))
        if not 1 <= len(self.yaml.value) <= most:
            self.refuse(_("must have 1 to {most} items.").format(most=most))
        return [Node(value, f"{self.place}[{at}]") for at, value in enumerate(self.yaml.value)]

    def text(self, *, most: int = 20_000) -> str:
        """Its text, which is not empty."""
        kind, value = self._scalar()
        if kind not in {"str", "timestamp"}:
            self.refuse(_("must be text; put it in quotes."))
        if not value.strip() or len(value) > most:
            self.refuse(_("must have 1 to {most} characters.").format(most=most))
        return value

    def is_list(self) -> bool:
        return isinstance(self.yaml, yaml.SequenceNode)

    def is_mapping(self) -> bool:
        return isinstance(self.yaml, yaml.MappingNode)

    def flag(self) -> bool:
        """True or false; YAML's other words for them are refused."""
        kind, value = self._scalar()
        if kind != "bool" or value.lower() not in {"true", "false"}:
            self.refuse(_("must be true or false."))
        return value.lower() == "true"

    def integer(self, *, least: int, most: int) -> int:
        kind, value = self._scalar()
        if kind != "int" or not _INTEGER.fullmatch(value) or not least <= int(value) <= most:
            self.refuse(_("must be a whole number from {least} to {most}.").format(least=least, most=most))
        return int(value)

    def number(self, *, least: Decimal, most: Decimal) -> Decimal:
        kind, value = self._scalar()
        if kind not in {"int", "float"} or not _NUMBER.fullmatch(value) or not least <= Decimal(value) <= most:
            self.refuse(_("must be a number from {least} to {most}.").format(least=least, most=most))
        return Decimal(value)

    def value(self) -> object:
        """Any JSON value."""
        if isinstance(self.yaml, yaml.MappingNode):
            return {name: node.value() for name, node in self._pairs().items()}
        if isinstance(self.yaml, yaml.SequenceNode):
            return [Node(each, f"{self.place}[{at}]").value() for at, each in enumerate(self.yaml.value)]
        return self._json_scalar()

    def _json_scalar(self) -> object:
        kind, value = self._scalar()
        if kind == "bool":
            return self.flag()
        if kind == "null":
            return None
        if kind in {"int", "float"} and not _NUMBER.fullmatch(value):
            self.refuse(_("is a number that JSON does not have."))
        if kind == "int":
            return int(value)
        if kind == "float" and not math.isfinite(float(value)):
            self.refuse(_("is a number that JSON does not have."))
        return float(value) if kind == "float" else value

    def _scalar(self) -> tuple[str, str]:
        if not isinstance(self.yaml, yaml.ScalarNode):
            self.refuse(_("must be a single value."))
        tag = str(self.yaml.tag)
        kind = tag.removeprefix(_TAG)
        if kind == tag or kind not in _KINDS:
            self.refuse(_("has a tag that is not known here."))
        return kind, str(self.yaml.value)


def read_yaml(text: str) -> Node:
    """The one document of a text. Raises `ValidationFailed` on `SUITE`."""
    check_syntax(text, language="yaml", name=SUITE)
    try:
        found = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ValidationFailed({SUITE: [yaml_problem(text, error)]}) from None
    if found is None:
        raise ValidationFailed({SUITE: [_("The suite is empty.")]})
    if _size(found, {}) > MAX_EXPANDED:
        words = _("Its aliases expand to more than {most} characters.")
        raise ValidationFailed({SUITE: [words.format(most=MAX_EXPANDED)]})
    return Node(found)


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """The characters of a value and of all in it; `known` are those that were counted, by `id`."""
    if id(node) not in known:
        if isinstance(node, yaml.ScalarNode):
            size = 1 + len(node.value)
        elif isinstance(node, yaml.MappingNode):
            size = 1 + sum(_size(each, known) for pair in node.value for each in pair)
        else:
            size = 1 + sum(_size(each, known) for each in node.value)
        known[id(node)] = size
    return known[id(node)]
