"""Whether editions are what their seals say, and decisions are on what was asked: what no event adds up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from audit.findings import Finding
from audit.keys.sealing import seal_fault
from audit.keys.succession import site_keys
from audit.keys.text import rfc3339
from stages.fleet.editions import EDITION
from stages.fleet.models import Decision, Edition

_AT_ONCE = 50


def check_editions() -> Iterator[Finding]:
    """Check the seal of every edition, and the columns that repeat what its text says."""
    keys = site_keys().known()
    for edition in Edition.objects.order_by("team_id", "number").iterator(chunk_size=_AT_ONCE):
        fault = _fault_of(edition, keys)
        if fault is not None:
            yield Finding(f"edition {edition.number} of team {edition.team_id}", fault)


def check_decisions() -> Iterator[Finding]:
    """Check that each decision names what its request asks for, and is not by who asked."""
    for decision in Decision.objects.order_by("pk").select_related("request").iterator(chunk_size=500):
        request = decision.request
        if decision.digest != request.digest:
            yield Finding(f"decision {decision.id}", "it is on something else than its request asks for")
        if decision.person_id == request.author_id:
            yield Finding(f"decision {decision.id}", "it is by who asked")


def _fault_of(edition: Edition, keys: Mapping[str, bytes]) -> str | None:
    fault = seal_fault(edition.text, bytes(edition.seal), kind=EDITION, keys=keys)
    if fault is not None:
        return fault
    statement = edition.statement
    said = (statement["team"]["id"], statement["number"], statement["at"], statement["key"])
    if said != (str(edition.team_id), edition.number, rfc3339(edition.sealed_at), edition.key_id):
        return "its row says something else than its sealed text"
    return None
