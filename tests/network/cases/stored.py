"""What is stored at a site, read from its database."""

from __future__ import annotations

import json
from typing import Any

from stages.registers.fold.wire import WireBundle
from tests.network.site import Site


def bundles_of(site: Site, project: str) -> list[tuple[Any, ...]]:
    """Every stored bundle of a site with the texts and signatures of its operations."""
    rows = site.rows(
        "SELECT bundle.hash, bundle.header, array_agg(operation.text ORDER BY operation.hlc),"
        " array_agg(operation.signature ORDER BY operation.hlc)"
        " FROM registers_bundle AS bundle JOIN registers_operation AS operation ON operation.bundle_id = bundle.arrival"
        " WHERE bundle.project_id = %s GROUP BY bundle.arrival ORDER BY bundle.hash",
        [project],
    )
    return [(bytes(digest), header, texts, [bytes(each) for each in signed]) for digest, header, texts, signed in rows]


def chain_at(site: Site, project: str, key: str) -> list[WireBundle]:
    """The bundles of one site's chain as they are stored at a site, in their order."""
    rows = site.rows(
        "SELECT bundle.header, array_agg(operation.text ORDER BY operation.position),"
        " array_agg(operation.signature ORDER BY operation.position)"
        " FROM registers_bundle AS bundle JOIN registers_operation AS operation ON operation.bundle_id = bundle.arrival"
        " WHERE bundle.project_id = %s AND bundle.site_key = %s GROUP BY bundle.arrival ORDER BY bundle.number",
        [project, bytes.fromhex(key)],
    )
    return [
        WireBundle(header, tuple(zip(texts, map(bytes, signatures), strict=True))) for header, texts, signatures in rows
    ]


def events_of(site: Site, project: str, action: str) -> list[dict[str, Any]]:
    """The events of the project's chain with this action."""
    query = "SELECT canonical FROM audit_event WHERE chain LIKE %s AND action = %s ORDER BY seq"
    return [json.loads(row[0]) for row in site.rows(query, [f"%{project}%", action])]


def ingested_numbers(site: Site, project: str) -> list[str]:
    """The hashes of all bundles that events say came in, each as often as one says so."""
    found = []
    for event in events_of(site, project, "register.ingested"):
        found += [each["hash"] for each in event["data"]["bundles"]]
    return found
