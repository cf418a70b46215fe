"""What other sites have decided, and nobody here yet: sites that they admitted, and ones that they revoked."""

from __future__ import annotations

from dataclasses import dataclass

from stages.replication.reading.site import Revocation, Site, SiteState
from stages.replication.reading.sites import Sites


@dataclass(frozen=True, slots=True)
class Decision:
    """A site, the name of the one that has decided about it, and how it has revoked it if it has."""

    site: Site
    by: str
    said: Revocation | None = None


def decisions_of(sites: Sites) -> list[Decision]:
    """Revocations first."""
    revoked = [
        Decision(site, each.name, said)
        for each in sites.others
        for said in each.revocations
        if (site := sites.find(said.site)) is not None and site.state not in {SiteState.REVOKED, SiteState.HERE}
    ]
    named = {each.site.key for each in revoked}
    admitted = [Decision(each, each.introduced_by) for each in sites.introduced if each.key not in named]
    return [*revoked, *admitted]
