"""What versions are made from, such as a proposal, and how people read of it. Apps register their types:

    ORIGINS.register("proposal", OriginType(made=_("Accepted {source} by {name}"), …))  # in ready()

A version's `origin` is `{type, id, contributors: [{id, characters}], …}`. Its event has the same, and beside it, under
the type's name, what people read: `{writers: [person, …], …}`. The contributors count as authors of a release; the id
of one is null for text that nobody wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from audit.event_types import Facts, Text
from kernel.registry import Registry

HUMAN: Final = "human"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a new version is made from: `facts` become its `origin`, `named` is what its event says of it to people."""

    facts: Mapping[str, Any]
    named: Mapping[str, Any]

    @property
    def event_data(self) -> dict[str, Any]:
        """The member of the version's event that names it."""
        return {self.facts["type"]: dict(self.named)}


@dataclass(frozen=True, slots=True)
class OriginPage:
    """What an origin is called now, and its page."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class OriginType:
    """How people read of the versions that were made from something of a type.

    `made` has `{source}` and `{name}`, of who made the version; `sentence` has `{name}` and `{thing}`; `thing`, and
    `words` for the audit trail, have `{source}`, `{version}`, `{written}` and `{fields}`. `source_of` gives the name of
    a source from what the event says of it, `pages` those of several, by the ids in their versions' origins; one that
    is missing there is not shown.
    """

    made: Text
    sentence: Text
    thing: Text
    words: Text
    source_of: Callable[[Facts], str]
    pages: Callable[[Collection[str]], Mapping[str, OriginPage]]


ORIGINS: Final = Registry[OriginType]("origin of versions")


def origin_named_in(data: Facts) -> tuple[OriginType, Facts] | None:
    """The type of what a version was made from and what its event says of it; None where it was made by hand."""
    name: str = (data.get("origin") or {}).get("type", "")
    return (ORIGINS[name], data[name]) if name in ORIGINS and name in data else None


def written_by(writers: Collection[Mapping[str, Any]]) -> str:
    """The people who wrote something, as events name them: `written by Ed and Mara, with an agent`.

    Agents and services are named where no person wrote with them; empty where nobody did.
    """
    people = [each["display_name"] for each in writers if each["kind"] == HUMAN]
    names = people or [each["display_name"] for each in writers]
    if not names:
        return ""
    words = _("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1]) if names[1:] else names[0]
    if people and len(people) < len(writers):
        return _("written by {names}, with an agent").format(names=words)
    return _("written by {names}").format(names=words)
