"""What other parts of replication ask of links: a first call with an invitation, waking links, and ending them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import Conflict, DomainError, PermissionDenied, RateLimited, Unavailable, ValidationFailed
from kernel.statements import database_now
from stages.replication.link.calling import Called, Calling, Unreachable, WrongSite, call_site, connected
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.live import close_links, wake
from stages.replication.link.proofs import own_signer
from stages.replication.link.tls import AddressRefused

__all__ = ["close_links", "handshake", "wake"]

# Seconds after which a site that refuses because of too many tries may be asked again.
RETRY_AFTER = 600


def handshake(
    *,
    address: str,
    certificate: str,
    project: UUID | str,
    key: str,
    hello: Mapping[str, Any],
) -> dict[str, Any]:
    """Call a site, whose key is expected to be `key`, and answer what it says to a site that it has admitted.

    `hello` has `site`, `name`, `address` and, for a first call, `code`. Raises `PermissionDenied` where it does not
    admit us, `RateLimited` after too many tries, `Unavailable` where nobody answers, `Conflict` for somebody who is no
    site, and `ValidationFailed` for an address, a key or a certificate that is not the expected one.
    """
    calling = Calling(
        project=UUID(str(project)),
        to=key,
        signer=own_signer(),
        site=str(hello["site"]),
        name=str(hello["name"]),
        address=str(hello["address"]),
        now=int(database_now().timestamp() * 1000),
        code=hello.get("code"),
    )
    try:
        called = asyncio.run(_call(address, certificate, calling))
    except (AddressRefused, WrongSite) as error:
        raise ValidationFailed({"invitation": [str(error)]}) from None
    except Unreachable as error:
        raise Unavailable(str(error)) from None
    except LinkClosed as closed:
        raise _refusal(closed) from None
    return called.greeting


async def _call(address: str, certificate: str, calling: Calling) -> Called:
    async with connected(address, calling.project, certificate) as wire:
        called = await call_site(wire, calling, _no_other_key)
        await wire.close(LinkClose.NORMAL)
        return called


async def _no_other_key(_key: str, _succession: Sequence[Mapping[str, Any]]) -> bool:
    return False


def _refusal(closed: LinkClosed) -> DomainError:
    if closed.code == LinkClose.REFUSED:
        return PermissionDenied(_("That site does not admit this one: ask for a new invitation."))
    if closed.code in {LinkClose.TOO_MANY, LinkClose.TOO_MANY_SOCKETS}:
        return RateLimited(_("That site refuses further tries for a while."), retry_after=RETRY_AFTER)
    if closed.code in {LinkClose.TRY_LATER, LinkClose.RESTARTING} or closed.code < LinkClose.NORMAL + 1:
        return Unavailable(_("That site is not ready at the moment. Try again."))
    return Conflict(
        _("What answers at that address is no site that this one can talk to ({code}).").format(code=closed.code)
    )
