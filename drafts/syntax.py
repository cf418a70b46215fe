"""Does a file's text follow the grammar of its language? Asked of every saved YAML, JSON or JSON lines file.

Nothing is ever constructed or executed: YAML is read as a stream of parsing events, JSON by the strict parser of the
door. Whoever means to keep a broken text (a corpus of malformed answers, say) gives the file no language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from audit.errors import ValidationFailed
from audit.ijson import MAX_DEPTH, parse

# What the aliases of a YAML text may amount to when a reader follows them: a "billion laughs" of nine short lines
# stays small only as long as nobody loads it.
MAX_EXPANDED_NODES: Final = 1_000_000

_LEXEME = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|NaN|-?Infinity|[\[\]{}:\n]', re.DOTALL)


def check_syntax(text: str, *, language: str | None, name: str) -> None:
    """Raise `ValidationFailed` on `name`, with the line, where `text` breaks the grammar of its `language`.

    YAML is YAML 1.1 as libyaml reads it, JSON is I-JSON (RFC 7493), JSON lines is one such value a line, empty lines
    aside. Every other language passes.
    """
    check = _CHECKS.get(language or "")
    problem = check(text) if check else None
    if problem:
        hint = _("A file that is meant to be so is saved without a language.")
        raise ValidationFailed({name: [f"{problem} {hint}"]})


def _json_problem(text: str) -> str | None:
    try:
        parse(text, name="")
    except ValidationFailed as error:
        words = error.errors[""][0]
        return words if words.startswith("Not JSON") else f"{_line(_line_of_refusal(text))}: {words}"
    return None


def _json_lines_problem(text: str) -> str | None:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line or line.isspace():
            continue
        try:
            parse(line, name="")
        except ValidationFailed as error:
            words = re.sub(r" at line 1, column ([0-9]+)\.$", r" at column \1.", error.errors[""][0])
            return f"{_line(number)}: {words}"
    return None


def _line_of_refusal(text: str) -> int:
    """The line of the first thing that I-JSON forbids in a text that is grammatical up to there."""
    line = 1
    objects: list[set[str] | None] = []
    latest: str | None = ""
    for match in _LEXEME.finditer(text):
        lexeme = match.group()
        line += lexeme == "\n"
        if lexeme in "[{":
            objects.append(set() if lexeme == "{" else None)
        elif lexeme in "]}":
            del objects[-1:]
        elif lexeme == ":":
            names = objects[-1] if objects else None
            if names is None or latest is None or latest in names:
                return line
            names.add(latest)
        elif lexeme != "\n":
            latest = _scalar(lexeme)
        if latest is None or len(objects) > MAX_DEPTH:
            return line
    return line


def _scalar(lexeme: str) -> str | None:
    """A string's value, a number's spelling, or None where I-JSON forbids it."""
    try:
        value = parse(lexeme, name="")
    except ValidationFailed:
        return None
    return value if isinstance(value, str) else lexeme


def _yaml_problem(text: str) -> str | None:
    shape = _Shape()
    try:
        # libyaml's parser keeps its own stack, so that deep nesting is ours to refuse and never the process's end.
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            problem = shape.follow(event)
            if problem:
                return f"{_where(event.start_mark)}: {problem}"
    except yaml.reader.ReaderError as error:
        return _not_yaml(_line(text.count("\n", 0, error.position) + 1), error.reason)
    except yaml.MarkedYAMLError as error:
        return _not_yaml(_where(error.problem_mark or error.context_mark), error.problem or error.context)
    return None


def _where(mark: Any) -> str:
    """The line of one of the parser's marks, which it counts from 0."""
    return _line(mark.line + 1) if mark else _("Somewhere")


def _line(number: int) -> str:
    return _("Line {number}").format(number=number)


def _not_yaml(where: str, problem: str | None) -> str:
    return _("{where}: not YAML: {problem}.").format(where=where, problem=problem)


@dataclass(slots=True)
class _Collection:
    """A sequence or mapping under way; `keys` is None for a sequence."""

    anchor: str | None
    keys: set[tuple[str, bool]] | None
    nodes: int = 1
    children: int = 0


@dataclass(slots=True)
class _Shape:
    """The shape of one YAML stream so far: how deep, which anchors, how large once its aliases are followed."""

    open: list[_Collection] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)

    def follow(self, event: yaml.Event) -> str | None:
        """Take the next event; the answer is what is wrong with it."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.anchors.clear()
        elif isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor)
        elif isinstance(event, yaml.CollectionStartEvent):
            keys: set[tuple[str, bool]] | None = set() if isinstance(event, yaml.MappingStartEvent) else None
            self.open.append(_Collection(event.anchor, keys))
            if len(self.open) > MAX_DEPTH:
                return _("nested more than {most} levels deep.").format(most=MAX_DEPTH)
        elif isinstance(event, yaml.CollectionEndEvent):
            ended = self.open.pop()
            if ended.anchor:
                self.anchors[ended.anchor] = ended.nodes
            return self._add(ended.nodes)
        return None

    def _scalar(self, event: yaml.ScalarEvent) -> str | None:
        if event.anchor:
            self.anchors[event.anchor] = 1
        here = self.open[-1] if self.open else None
        if here is not None and here.keys is not None and here.children % 2 == 0 and event.value != "<<":
            key = (event.value, event.implicit[0])
            if key in here.keys:
                return _("the key {key!r} stands twice in one mapping.").format(key=event.value[:40])
            here.keys.add(key)
        return self._add(1)

    def _alias(self, anchor: str | None) -> str | None:
        if any(each.anchor == anchor for each in self.open):
            return _("the alias *{name} stands inside what it names.").format(name=anchor)
        if anchor is None or anchor not in self.anchors:
            return _("the alias *{name} names nothing.").format(name=anchor)
        return self._add(self.anchors[anchor])

    def _add(self, nodes: int) -> str | None:
        if self.open:
            self.open[-1].children += 1
            self.open[-1].nodes += nodes
            if self.open[-1].nodes > MAX_EXPANDED_NODES:
                return _("its aliases amount to more than {most} nodes.").format(most=MAX_EXPANDED_NODES)
        return None


_CHECKS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "json": _json_problem,
    "jsonl": _json_lines_problem,
    "yaml": _yaml_problem,
}
