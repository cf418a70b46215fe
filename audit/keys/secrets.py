"""Encrypting every stored secret with the newest key of the ring."""

from __future__ import annotations

from typing import Final

from audit.protocols import AuditCaller
from audit.services import Target, record, site_id
from kernel.ring import rotate_registered
from kernel.transactions import write_transaction

SECRETS_ROTATED: Final = "secrets.rotated"


def rotate_secrets(*, caller: AuditCaller) -> int:
    """Encrypt every stored secret of the site with the newest key, with its event; answers how many there are.

    All or none: raises `kernel.ring.RingError` where a secret fits no key.
    """
    with write_transaction():
        count = rotate_registered()
        record(caller=caller, action=SECRETS_ROTATED, target=Target.of("site", site_id()), data={"count": count})
    return count
