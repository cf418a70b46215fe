"""Whether what is on record at sites is as it was recorded: after each test what is new, at the end everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import StringIO
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.management import CommandError, call_command

from audit.models import SITE_CHAIN
from kernel.transactions import one_moment
from stages.registers.proof.keys import check_keys
from stages.registers.verification import check_project
from stages.replication.home.verification import check_copies
from stages.replication.proof.verification import check_records as check_other_sites

if TYPE_CHECKING:
    from tests.network.site import Site


class NotVerifiedError(AssertionError):
    """What is on record at a site was changed."""


class Verifying:
    """The product's verifier at one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        # The newest event when its chains were last verified.
        self._newest = 0

    def everything(self) -> None:
        """`manage.py verify_audit`. Raises `CommandError`."""
        self._site.manage("verify_audit")

    def new(self) -> None:
        """Verify each chain that has grown since the last time, with all that it describes. Raises `CommandError`."""
        newest = self._newest_event()
        query = "SELECT DISTINCT chain FROM audit_event WHERE id > %s AND id <= %s"
        grown = [chain for (chain,) in self._site.rows(query, [self._newest, newest])]
        with self._site.opened():
            for chain in grown:
                call_command("verify_audit", chain=chain, stdout=StringIO())
            with one_moment():
                found = [*check_keys(), *check_other_sites(), *check_copies()]
                for chain in grown:
                    found += () if chain == SITE_CHAIN else check_project(UUID(chain))
        if found:
            raise CommandError("Broken. " + "\n".join(map(str, found)))
        self._newest = newest

    def forget_lost(self) -> None:
        """Its database is an older one now."""
        self._newest = min(self._newest, self._newest_event())

    def _newest_event(self) -> int:
        ((newest,),) = self._site.rows("SELECT coalesce(max(id), 0) FROM audit_event")
        return int(newest)


def verify(sites: Iterable[Site], how: Callable[[Verifying], None]) -> None:
    """Verify each of the sites. Raises `NotVerifiedError`, which names every site where something was changed."""
    faults = []
    for site in sites:
        try:
            how(site.verifying)
        except CommandError as error:
            faults.append(f"{site.name}: {error}")
    if faults:
        raise NotVerifiedError("\n".join(faults))
