"""Why the server closes a socket (docs/gateway.md, "Close codes").

Always sent after accepting: a close before it becomes HTTP 403.
"""

from __future__ import annotations

from enum import IntEnum

from kernel.errors import AnotherAccount, DomainError, NotAuthenticated, NotFound, PermissionDenied, RateLimited


class CloseCode(IntEnum):
    """RFC 6455, section 7.4: 1xxx is the protocol's, 4xxx ours; ours follow the HTTP status they resemble."""

    NORMAL = 1000
    TOO_LARGE = 1009
    RESTARTING = 1012
    TOO_SLOW = 1013
    NOT_SIGNED_IN = 4401
    ACCESS_LOST = 4403
    NO_SUCH_PROJECT = 4404
    SILENT = 4408
    ANOTHER_ACCOUNT = 4409
    TOO_MUCH_UNFINISHED = 4413
    TOO_MANY_MESSAGES = 4429
    TOO_MANY_SOCKETS = 4430


def close_code_of(refusal: DomainError) -> CloseCode:
    """The code for a socket that was refused while it was being opened; `RESTARTING` where the client may try again."""
    if isinstance(refusal, NotAuthenticated):
        return CloseCode.NOT_SIGNED_IN
    if isinstance(refusal, AnotherAccount):
        return CloseCode.ANOTHER_ACCOUNT
    if isinstance(refusal, NotFound):
        return CloseCode.NO_SUCH_PROJECT
    if isinstance(refusal, PermissionDenied):
        return CloseCode.ACCESS_LOST
    if isinstance(refusal, RateLimited):
        return CloseCode.TOO_MANY_SOCKETS
    return CloseCode.RESTARTING
