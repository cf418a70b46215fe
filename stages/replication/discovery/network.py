"""mDNS, by zeroconf: what this site advertises, and what others do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final

from zeroconf import (  # type: ignore[attr-defined]  # get_all_addresses is public, and not in its __all__
    Error,
    IPVersion,
    ServiceStateChange,
    Zeroconf,
    get_all_addresses,
)
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from stages.replication.discovery.adverts import SERVICE, Advert, read_advert

# Milliseconds to wait for what an advertised service says of itself.
ASKING: Final = 3_000
# Services that are known at once; a network that is full of them is not ours to list.
MAX_SERVICES: Final = 1_000


class Network:
    """The network as one node takes part in it, from `start` to `stop`.

    `interfaces` are addresses of this machine, none for all; `changed` is called in the event loop whenever something
    was found or is gone.
    """

    def __init__(self, interfaces: Collection[str], changed: Callable[[], None]) -> None:
        self._interfaces = list(interfaces)
        self._changed = changed
        self._adverts: dict[str, Advert] = {}
        self._own: dict[Advert, AsyncServiceInfo] = {}
        self._asking: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Take part. Raises `OSError` where the network has no multicast."""
        chosen: dict[str, Any] = {"interfaces": self._interfaces} if self._interfaces else {}
        self._zeroconf = AsyncZeroconf(ip_version=None if self._interfaces else IPVersion.V4Only, **chosen)
        self._browser = AsyncServiceBrowser(self._zeroconf.zeroconf, [SERVICE], handlers=[self._on_change])

    async def stop(self) -> None:
        """Take leave of the network, so that others forget this site at once. Raises `OSError`."""
        for task in self._asking:
            task.cancel()
        with _as_os_errors():
            await self._browser.async_cancel()
            await self._zeroconf.async_unregister_all_services()
            await self._zeroconf.async_close()

    async def advertise(self, adverts: Collection[Advert]) -> None:
        """Advertise exactly these. Raises `OSError`.

        A new one takes more than a second, in which the network is asked for its name.
        """
        gone = [advert for advert in self._own if advert not in adverts]
        new = [advert for advert in adverts if advert not in self._own]
        with _as_os_errors():
            for advert in gone:
                await self._zeroconf.async_unregister_service(self._own.pop(advert))
            await asyncio.gather(*(self._register(advert) for advert in new))

    def found(self) -> Iterator[Advert]:
        """What other sites advertise now."""
        own = {advert.key for advert in self._own}
        return (advert for advert in self._adverts.values() if advert.key not in own)

    async def _register(self, advert: Advert) -> None:
        info = AsyncServiceInfo(
            SERVICE,
            advert.name,
            port=advert.port,
            properties=advert.properties,
            server=f"{advert.key[:16]}.local.",
            parsed_addresses=self._interfaces or get_all_addresses(),
        )
        # Somebody else may have taken the name: it means nothing.
        await self._zeroconf.async_register_service(info, allow_name_change=True)
        self._own[advert] = info

    def _on_change(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is ServiceStateChange.Removed:
            if self._adverts.pop(name, None) is not None:
                self._changed()
        elif name in self._adverts or len(self._adverts) < MAX_SERVICES:
            task = asyncio.get_running_loop().create_task(self._ask(name))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _ask(self, name: str) -> None:
        info = AsyncServiceInfo(SERVICE, name)
        if not await info.async_request(self._zeroconf.zeroconf, ASKING):
            return
        advert = read_advert(info.properties)
        if advert is not None and self._adverts.get(name) != advert:
            self._adverts[name] = advert
            self._changed()


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """What zeroconf finds wrong with the network is what the system finds wrong with it."""
    try:
        yield
    except Error as error:
        raise OSError(f"{type(error).__name__} {error}".strip()) from error
