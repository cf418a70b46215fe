"""What people do at a site in tests, and what they see there."""

from __future__ import annotations

from typing import Any, Final

from stages.registers.fold.views import Conflict
from tests.registers.fold.network import Network, Replica

REQ: Final = "requirements"
RISK: Final = "risks"


def create(net: Network, site: Replica, facet: str = REQ, **values: Any) -> str:
    entity = site.new_id()
    site.act(site.acts.create(entity, facet, values))
    net.tick()
    return entity


def put(net: Network, site: Replica, record: str, name: str, value: Any, facet: str = REQ) -> None:
    net.tick()
    site.act(site.acts.set_field(record, facet, name, value))


def value(site: Replica, record: str, name: str, facet: str = REQ) -> Any:
    found = site.storage.records.get(record)
    assert found is not None
    return found.fields[facet][name].value if name in found.fields[facet] else None


def conflicts(site: Replica) -> list[Conflict]:
    return site.increment.state().conflicts


def agree(net: Network) -> None:
    net.settle()
    assert len({site.increment.state().hash for site in net.sites}) == 1


def kinds(site: Replica) -> list[str]:
    return [each.kind for each in conflicts(site)]
