"""How people read of versions that were made from a proposal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from audit.event_types import Facts
from drafts.origins import OriginPage, OriginType
from drafts.proposal_words import proposal_page
from proposals.models import Proposal


def _source(facts: Facts) -> str:
    return f"P{facts['number']}"


def _pages(ids: Collection[str]) -> Mapping[str, OriginPage]:
    return {
        str(each.id): OriginPage(str(each), proposal_page(each.project_id, each.number or 0))
        for each in Proposal.objects.filter(id__in=ids)
    }


PROPOSAL: Final = OriginType(
    made=_("Accepted {source} by {name}"),
    sentence=_("{name} accepted {thing}"),
    thing=_("{source} as v{version}, {written}: {fields}"),
    words=_("v{version}, accepted from {source}, {written}: {fields}"),
    source_of=_source,
    pages=_pages,
)
