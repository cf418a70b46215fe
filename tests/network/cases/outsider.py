"""A site of which nothing runs: a key that sites have admitted, with which bundles of others are passed on to them."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from stages.registers.fold.wire import WireBundle
from stages.replication.link.proofs import own_signer
from tests.network.site import Site
from tests.replication.link.keys import new_signer
from tests.replication.link.pushing import pushing_to
from tests.replication.link.sites import Stranger


class Outsider:
    """Has whatever bundles a test gives it, and passes them on as they are."""

    def __init__(self, project: str, *sites: Site) -> None:
        self.project = project
        self.signer = new_signer()
        for site in sites:
            body = {"rights": "writes", "copies": False, "name": "Outsider"}
            site.owner.post(f"projects/{project}/sites/{self.signer.key}/admit/", body)

    def push(self, site: Site, *bundles: WireBundle) -> Any:
        """What the site answers: its clock, and what it holds."""
        with site.opened():
            to = own_signer().key
        return asyncio.run(self._push(Stranger(f"ws://127.0.0.1:{site.node.port}", to, self.signer), bundles))

    async def _push(self, stranger: Stranger, bundles: tuple[WireBundle, ...]) -> Any:
        async with pushing_to(stranger, UUID(self.project)) as pusher:
            return await pusher.push(*bundles)
