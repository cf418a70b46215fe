"""What `verify_audit` asks of other sites, beside the tables that events rebuild (control c02)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from audit.findings import Finding
from audit.models import Event
from stages.replication.admission.events import KEY_CHANGED
from stages.replication.admission.succession import read_chain
from stages.replication.proof.held import check_held

_AT_ONCE: Final = 500


def check_records() -> Iterator[Finding]:
    """Check what is held, what became of it, and the new keys of sites."""
    yield from check_held()
    yield from check_keys()


def check_keys() -> Iterator[Finding]:
    """Check that each new key of a site was endorsed by the key before it."""
    for event in Event.objects.filter(action=KEY_CHANGED).order_by("chain", "seq").iterator(chunk_size=_AT_ONCE):
        site = str(event.data["site"])
        read = read_chain([event.data["link"]], UUID(event.chain), site)
        if [each.before for each in read] != [event.data["before"]]:
            what = f"the key {site} of a site is not endorsed by the one before it"
            yield Finding(f"{event.chain}#{event.seq}", what, event.chain)
