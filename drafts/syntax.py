"""Does a file's text follow the grammar of its language? Asked of every saved YAML, JSON or JSON lines file.

Nothing is ever constructed or executed: YAML is read as a stream of parsing events, JSON by the strict parser of
requests. Whoever means to keep a broken text (a corpus of malformed answers, say) gives the file no language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import yaml
from django.utils.translation import gettext as _

from drafts.yaml_words import offset_of, yaml_problem
from kernel.errors import ValidationFailed
from kernel.ijson import MAX_DEPTH, parse
from kernel.json_problems import at_place

# What the aliases of a YAML text may amount to when a reader follows them: a "billion laughs" of nine short lines
# stays small only as long as nobody loads it.
MAX_EXPANDED_NODES: Final = 1_000_000


def check_syntax(text: str, *, language: str | None, name: str) -> None:
    """Raise `ValidationFailed` on `name`, with the line, where `text` breaks the grammar of its `language`.

    YAML is YAML 1.1 as libyaml reads it, JSON is I-JSON (RFC 7493), JSON lines is one such value a line, empty lines
    aside. Every other language passes.
    """
    check = _CHECKS.get(language or "")
    problem = check(text) if check else None
    if problem:
        hint = _("If this is intended, save the file without a language.")
        raise ValidationFailed({name: [f"{problem} {hint}"]})


def _json_problem(text: str, first_line: int = 1) -> str | None:
    try:
        parse(text, name="", first_line=first_line)
    except ValidationFailed as error:
        return error.errors[""][0]
    return None


def _json_lines_problem(text: str) -> str | None:
    lines = enumerate(text.split("\n"), start=1)
    problems = (_json_problem(line, number) for number, line in lines if line and not line.isspace())
    return next(filter(None, problems), None)


def _yaml_problem(text: str) -> str | None:
    shape = _Shape()
    try:
        # libyaml's parser keeps its own stack, so that deep nesting is ours to refuse and never the process's end.
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            problem = shape.follow(event)
            if problem:
                return at_place(problem, text, offset_of(text, event.start_mark))
    except yaml.YAMLError as error:
        return yaml_problem(text, error)
    return None


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
                return _("nested more than {most} levels deep").format(most=MAX_DEPTH)
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
                return _("duplicate key {key!r}").format(key=event.value[:40])
            here.keys.add(key)
        return self._add(1)

    def _alias(self, anchor: str | None) -> str | None:
        if any(each.anchor == anchor for each in self.open):
            return _("the alias *{name} refers to itself").format(name=anchor)
        if anchor is None or anchor not in self.anchors:
            return _("the alias *{name} is not defined").format(name=anchor)
        return self._add(self.anchors[anchor])

    def _add(self, nodes: int) -> str | None:
        if self.open:
            self.open[-1].children += 1
            self.open[-1].nodes += nodes
            if self.open[-1].nodes > MAX_EXPANDED_NODES:
                return _("its aliases expand to more than {most} nodes").format(most=MAX_EXPANDED_NODES)
        return None


_CHECKS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "json": _json_problem,
    "jsonl": _json_lines_problem,
    "yaml": _yaml_problem,
}
