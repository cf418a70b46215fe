"""The socket that other sites open: `/ws/sites/{project_id}/`. It has no account: both sites prove their keys."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from channels.consumer import AsyncConsumer

from accounts.client_addresses import address_of_scope
from gateway.node import current_node
from gateway.registry import SocketAddress
from kernel.errors import RateLimited
from stages.replication.link.answering import answer_call
from stages.replication.link.calling import SUBPROTOCOL
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.links import SiteLink
from stages.replication.link.node_links import links_of_node
from stages.replication.link.wires import ServedWire

ADDRESS: Final = r"ws/sites/(?P<project_id>[^/]+)/"


class SiteConsumer(AsyncConsumer):
    """One socket of another site, from its first message to its end."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Not by Channels' dispatch: a link reads its messages itself, in their order.
        await receive()
        speaks = SUBPROTOCOL in scope.get("subprotocols", ())
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if speaks else None})
        wire = ServedWire(scope, receive, send)
        try:
            await self._serve(wire, scope, speaks=speaks)
        except LinkClosed as closed:
            if not closed.by_peer:
                await wire.close(closed.code)

    async def _serve(self, wire: ServedWire, scope: Any, *, speaks: bool) -> None:
        if not speaks:
            raise LinkClosed(LinkClose.BAD_CONTENT)
        node, address = await current_node(), address_of_scope(scope)
        links = links_of_node(node)
        project = _uuid(scope["url_route"]["kwargs"]["project_id"])
        try:
            with node.sockets.before_sign_in(address):
                peer = await answer_call(wire, node.lanes, links.handshakes, project=project, address=address)
        except RateLimited:
            raise LinkClosed(LinkClose.TOO_MANY_SOCKETS) from None
        scope.get("log_facts", {}).update({"site": peer.key[:16]})
        await links.hold(SiteLink(wire, node.lanes, peer, by_us=False))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


SOCKET: Final = SocketAddress(ADDRESS, SiteConsumer)
