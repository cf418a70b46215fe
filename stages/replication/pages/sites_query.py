"""What is chosen on the page Sites, in its address: a site, the ring or the table, and a page of held bundles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from stages.replication.admission.keys import is_key
from stages.replication.choices import HeldReason
from stages.replication.reading.held import HeldQuery

_HELD: Final = "held_"
# Where on the page held bundles are listed.
HELD_LIST: Final = "#sites-held"


@dataclass(frozen=True, slots=True)
class SitesQuery:
    """`site` is the key of the chosen site, empty where none was chosen."""

    project_id: UUID
    site: str = ""
    as_table: bool = False
    held: HeldQuery = field(default_factory=HeldQuery)

    @classmethod
    def of(cls, project_id: UUID, given: Mapping[str, str]) -> SitesQuery:
        """As an address names it; what cannot be read is left out."""
        site, reason = given.get(f"{_HELD}site", ""), given.get(f"{_HELD}reason", "")
        held = HeldQuery(
            site if is_key(site) else "",
            reason if reason in HeldReason.values else "",
            _id(given.get(f"{_HELD}before", "")),
            _id(given.get(f"{_HELD}after", "")),
        )
        return cls(project_id, given.get("site", ""), given.get("as") == "table", held)

    @property
    def text(self) -> str:
        """The end of an address, with its question mark; empty where nothing is chosen."""
        held = self.held
        chosen = {
            "site": self.site,
            "as": "table" if self.as_table else "",
            f"{_HELD}site": held.site,
            f"{_HELD}reason": held.reason,
            f"{_HELD}before": str(held.before or ""),
            f"{_HELD}after": str(held.after or ""),
        }
        text = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{text}" if text else ""

    @property
    def address(self) -> str:
        return reverse("replication:sites", args=[self.project_id]) + self.text

    def at_site(self, site: str) -> SitesQuery:
        return replace(self, site=site)

    def older_than(self, bundle: UUID) -> SitesQuery:
        return replace(self, held=replace(self.held, before=bundle, after=None))

    def newer_than(self, bundle: UUID) -> SitesQuery:
        return replace(self, held=replace(self.held, before=None, after=bundle))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
