"""Tables and columns as forms write them: names from titles, types, options."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any, Final

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from stages.registers.pages.columns import TYPE_WORDS
from stages.registers.schema import Column, Option
from stages.registers.schema.model import CRDT_TYPES, ENTITY, ENUM, LIST, TEXT
from stages.registers.verbs.limits import MAX_OPTIONS

FIRST_COLUMNS: Final = 5
OPTION: Final = "option:"


@dataclass(frozen=True, slots=True)
class TypeChoice:
    """A type of columns, as a form offers it."""

    value: str
    label: str | Promise


TYPE_CHOICES: Final = tuple(TypeChoice(value, label) for value, label in TYPE_WORDS.items())


def name_from(title: str, taken: Collection[str], fallback: str) -> str:
    """A name for a title: its letters and digits, such as `report_within`, and a number where that is taken."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60] or fallback
    numbered = (name if at == 1 else f"{name}_{at}" for at in range(1, len(taken) + 2))
    return next(each for each in numbered if each not in taken)


@dataclass(frozen=True, slots=True)
class FirstColumn:
    """A row of the form of a new table, as it was typed; `at` is its position."""

    at: int
    title: str = ""
    type: str = TEXT
    options: str = ""
    target: str = ""
    traced: bool = False


def first_rows(post: QueryDict, count: int) -> list[FirstColumn]:
    """The rows of the form of a new table, at least `count`; of one that nobody has typed, the first is a title."""
    lists = (post.getlist(name) for name in ("column", "type", "options", "target"))
    traced = set(post.getlist("traced"))
    typed = [
        FirstColumn(at, title, type_ or TEXT, options, target, str(at) in traced)
        for at, (title, type_, options, target) in enumerate(zip_longest(*lists, fillvalue=""))
    ]
    found = typed or [FirstColumn(0, _("Title"))]
    return found + [FirstColumn(at) for at in range(len(found), count)]


def first_columns(post: QueryDict) -> list[Column]:
    """The columns of the form of a new table: rows of titles and types; one without a title is no column."""
    found: list[Column] = []
    for row in first_rows(post, 0) if post.getlist("column") else []:
        if not row.title.strip():
            continue
        taken = {"key", *(each.name for each in found)}
        chosen = tuple(_options(row.options.split(","), ())) if row.type == ENUM else ()
        if row.type == ENUM and not chosen:
            words = _("{column}: write its options, with commas between them.")
            raise ValidationFailed({"column": [words.format(column=row.title.strip())]})
        found.append(
            Column(
                name_from(row.title, taken, "column"),
                row.type,
                row.title.strip(),
                crdt=row.type == LIST,
                traced=row.traced,
                target=row.target if row.type == ENTITY else "",
                options=chosen,
            )
        )
    if not found:
        raise ValidationFailed({"column": [_("A table has at least one column.")]})
    return found


def new_column(post: QueryDict, taken: Collection[str]) -> Column:
    """The column of the form of a new one. Raises `ValidationFailed`."""
    title = title_of(post)
    type_ = post.get("type", TEXT)
    options = tuple(_options(post.get("new_options", "").splitlines(), ())) if type_ == ENUM else ()
    if type_ == ENUM and not options:
        raise ValidationFailed({"options": [_("Write at least one option.")]})
    return Column(
        name_from(title, taken, "column"),
        type_,
        title,
        crdt=type_ == LIST or (type_ in CRDT_TYPES and "crdt" in post),
        unique="unique" in post,
        traced="traced" in post,
        target=post.get("target", "") if type_ == ENTITY else "",
        options=options,
    )


def changed_column(post: QueryDict, before: Column) -> dict[str, Any]:
    """What the form of a column changes about it. Raises `ValidationFailed`."""
    type_ = post.get("type", before.type)
    changes: dict[str, Any] = {
        "title": title_of(post),
        "type": type_,
        "traced": "traced" in post,
        "target": post.get("target", "") if type_ == ENTITY else "",
        "options": _changed_options(post, before) if type_ == ENUM else (),
        "unique": "unique" in post,
    }
    differing = {name: value for name, value in changes.items() if getattr(before, name) != value}
    if "options" in differing:
        differing["options"] = [{"id": each.id, "title": each.title} for each in changes["options"]]
    return differing


def values_of(column: Column) -> Mapping[str, Any]:
    """What the form of a column shows at first."""
    return {
        "title": column.label,
        "type": column.type,
        "target": column.target,
        "unique": column.unique,
        "traced": column.traced,
        "crdt": column.crdt,
        "options": column.options,
    }


def typed_values(post: QueryDict, column: Column | None) -> Mapping[str, Any]:
    """What somebody typed in the form of a column, to be shown again."""
    return {
        **{name: post.get(name, "") for name in ("title", "type", "target", "new_options")},
        **{name: name in post for name in ("unique", "traced", "crdt")},
        "options": [Option(each.id, post.get(f"{OPTION}{each.id}", each.title)) for each in column.options]
        if column
        else (),
    }


def title_of(post: QueryDict) -> str:
    """The title that was typed. Raises `ValidationFailed` for none."""
    title = post.get("title", "").strip()
    if not title:
        raise ValidationFailed({"title": [_("Give it a name.")]})
    return title


def _changed_options(post: QueryDict, before: Column) -> tuple[Option, ...]:
    """Those that were there by their new titles, without those that were emptied, then the new ones."""
    kept = [Option(each.id, title) for each in before.options if (title := post.get(f"{OPTION}{each.id}", "").strip())]
    return (*kept, *_options(post.get("new_options", "").splitlines(), [*before.options, *kept]))


def _options(titles: Iterable[str], present: Sequence[Option]) -> Iterator[Option]:
    taken = {each.id for each in present}
    given = filter(None, (each.strip() for each in titles))
    # One more than a column can have, so that it is refused; naming all of a very long text would never end.
    for title in islice(given, MAX_OPTIONS + 1):
        name = name_from(title, taken, "option")
        taken.add(name)
        yield Option(name, title)
