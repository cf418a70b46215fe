"""Why a link ends (docs/sites.md, "Close codes"). Those of the gateway mean the same there."""

from __future__ import annotations

from enum import IntEnum


class LinkClose(IntEnum):
    """RFC 6455, section 7.4: 1xxx is the protocol's, 4xxx ours."""

    NORMAL = 1000
    TOO_LARGE = 1009
    RESTARTING = 1012
    TRY_LATER = 1013
    REFUSED = 4403
    SILENT = 4408
    LINKED_ALREADY = 4409
    BAD_CONTENT = 4422
    TOO_MANY = 4429
    TOO_MANY_SOCKETS = 4430


class LinkClosed(Exception):
    """The link has ended, or is to be ended: `code` says why, `by_peer` by which side."""

    def __init__(self, code: int, reason: str = "", *, by_peer: bool = False) -> None:
        super().__init__(f"{code} {reason}".strip())
        self.code = code
        self.reason = reason
        self.by_peer = by_peer
