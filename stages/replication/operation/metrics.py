"""What a Prometheus server learns about other sites: who is linked, who is behind, what is held, whose clock is wrong.

All but the counter is the same at each node, since links write down what other sites say (`Peer`).
"""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

from kernel.metrics import SiteFigure
from stages.replication.choices import HeldReason

VERIFIED: Final = Counter(
    "foundry_sites_bundles_verified", "Bundles of other sites whose signatures this node has verified."
)
INGESTED: Final = Counter("foundry_sites_bundles_ingested", "Bundles of other sites that this node has accepted.")

# Of each chain that a project can have, what this site has beyond what a peer is known to have.
_LAG: Final = """
SELECT coalesce(max(behind), 0) FROM (
    SELECT sum(greatest(coalesce(ours.number, 0) - coalesce((peer.clock -> chain.site ->> 1)::bigint, 0), 0)) AS behind
    FROM replication_peer peer
    CROSS JOIN LATERAL (
        SELECT encode(other.key, 'hex') AS site, other.key FROM replication_peer other
            WHERE other.project_id = peer.project_id
        UNION SELECT encode(public_key, 'hex'), public_key FROM audit_sitekey
    ) chain
    CROSS JOIN LATERAL (
        SELECT max(number) AS number FROM registers_bundle bundle
            WHERE bundle.project_id = peer.project_id AND bundle.site_key = chain.key
    ) ours
    WHERE peer.admitted_at IS NOT NULL AND peer.revoked_at IS NULL
    GROUP BY peer.id
) each_peer
"""


def _of_sites(name: str, description: str, what: str, *conditions: str) -> SiteFigure:
    """A figure of the sites that are admitted."""
    admitted = ("admitted_at IS NOT NULL", "revoked_at IS NULL", *conditions)
    sql = ["SELECT", what, "FROM replication_peer WHERE", " AND ".join(admitted)]
    return SiteFigure(f"foundry_sites_{name}", description, " ".join(sql))


def _held(reason: HeldReason) -> SiteFigure:
    description = f"Bundles that are held: {reason.label[0].lower()}{reason.label[1:]}."
    sql = ["SELECT", "count(*)", "FROM replication_heldbundle WHERE", f"decision = '' AND reason = '{reason.value}'"]
    return SiteFigure(f"foundry_sites_held_{reason.value}", description, " ".join(sql))


FIGURES: Final = (
    _of_sites("admitted", "Other sites, counted once for each project that has admitted them.", "count(*)"),
    _of_sites("linked", "Admitted sites with a link now.", "count(*)", "connected_at IS NOT NULL"),
    _of_sites(
        "silent_seconds",
        "How long the admitted site that has been silent longest has sent nothing.",
        "coalesce(max(extract(epoch FROM now() - last_seen_at)), 0)",
        "last_seen_at IS NOT NULL",
    ),
    SiteFigure(
        "foundry_sites_lag_bundles",
        "Bundles that the site which is furthest behind is not known to have.",
        " ".join(_LAG.split()),
    ),
    _of_sites(
        "remaining_bundles",
        "Bundles that linked sites have said are still to come.",
        "coalesce(sum(remaining), 0)",
        "connected_at IS NOT NULL",
    ),
    _of_sites(
        "clock_skew_seconds",
        "How far the clock of an admitted site is from this one's, at most.",
        "coalesce(max(abs(skew_ms)), 0) / 1000.0",
    ),
    _of_sites(
        "alarms",
        "Admitted sites with which this one differs: another state under the same clocks, or two histories.",
        "count(*)",
        "alarm IS NOT NULL",
        "NOT alarm ? 'over_at'",
    ),
    *(_held(reason) for reason in HeldReason),
)
