"""The links of a project to passages as the side panel of the workspace shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from drafts.models import Draft
from stages.automation.facets import PASSAGE
from stages.automation.pages.passage_words import changed_words
from stages.automation.passages.links import PassageLink, passage_links
from stages.registers.pages.authors import Author, Authors
from stages.registers.reading.reader import Reader
from stages.registers.schema import Relation

SUSPECT_FIRST = "suspect"


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link; `confirmed` is who confirmed it last, and `words` what has changed in the passage since."""

    link: PassageLink
    address: str
    confirmed: Author | None
    words: SafeString


@dataclass(frozen=True, slots=True)
class FieldLinks:
    """The links to passages of one field."""

    field: str
    rows: Sequence[LinkRow]


@dataclass(frozen=True, slots=True)
class PassagePanel:
    """What the panel shows: the chosen field first. `relations` are those that a new link can be of."""

    groups: Sequence[FieldLinks]
    count: int
    suspect: int
    relations: Sequence[Relation]


def panel_of(project_id: UUID, draft: Draft | None, reader: User, *, field: str, order: str = "") -> PassagePanel:
    """The links in a version (None: there is none yet), by line, or the suspect ones first."""
    registers = Reader(project_id)
    links = passage_links(registers, draft) if draft is not None else []
    authors = Authors(project_id, reader)
    groups: dict[str, list[LinkRow]] = {}
    for each in links:
        groups.setdefault(each.position.field, []).append(_row(project_id, each, authors))
    if order == SUSPECT_FIRST:
        for rows in groups.values():
            rows.sort(key=lambda row: not row.link.is_suspect)
    ordered = sorted(groups, key=lambda name: name != field)
    relations = [each for each in registers.schema.relations.values() if each.target in ("", PASSAGE)]
    relations.sort(key=lambda each: each.target != PASSAGE)
    suspect = sum(each.is_suspect for each in links)
    return PassagePanel([FieldLinks(name, groups[name]) for name in ordered], len(links), suspect, relations)


def _row(project_id: UUID, link: PassageLink, authors: Authors) -> LinkRow:
    last = link.trace.confirmed[0] if link.trace.confirmed else None
    return LinkRow(
        link,
        reverse("registers:record", args=[project_id, link.record.record]),
        authors.of(last.actor, last.moment.site, last.hlc) if last else None,
        changed_words(link.before, link.position.text or "") if link.has_changed else SafeString(""),
    )
