"""The one application error: every refusal of a service carries its code, its HTTP status and its words.

Codes and statuses are a table of the protocol (docs/rules.md, "Errors"); ``problem()`` is RFC 9457. REST, gateway and
pages render a `DomainError`; they never invent one of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal that the caller can understand and act on."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str | Promise] = _("Error")

    def __init__(self, detail: str, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra

    def problem(self) -> dict[str, object]:
        """The RFC 9457 problem details of this refusal, with its extra members."""
        return {
            "type": f"urn:foundry:problem:{self.code}",
            "title": str(self.title),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.extra,
        }


class NotAuthenticated(DomainError):
    code, status, title = "not_authenticated", 401, _("Not signed in")


class AnotherAccount(DomainError):
    """What a page sent was written by one account, and the browser has another one signed in since."""

    code, status, title = "another_account", 409, _("Another account is signed in")


class PermissionDenied(DomainError):
    code, status, title = "permission_denied", 403, _("Not allowed")


class ReadOnlyToken(PermissionDenied):
    """The access token is for reading only."""

    title = _("Read-only token")

    def __init__(self) -> None:
        super().__init__(gettext("This token can only read. Use a token that may write."), needed_scope="write")


class ReauthenticationFailed(DomainError):
    code, status, title = "reauthentication_failed", 403, _("Could not confirm your identity")


class ReauthenticationNeeded(DomainError):
    """This needs a recent reauthentication; a session cookie is not enough."""

    code, status, title = "reauthentication_needed", 403, _("Confirm your identity")


class NotFound(DomainError):
    code, status, title = "not_found", 404, _("Not found")


class ValidationFailed(DomainError):
    """Something in the request has the wrong shape; `errors` maps a field's name to its messages."""

    code, status, title = "validation_failed", 400, _("Invalid input")

    def __init__(self, errors: Mapping[str, list[str]], detail: str | None = None) -> None:
        first = next(
            (f"{name}: {messages[0]}" for name, messages in errors.items() if messages), gettext("Invalid input.")
        )
        super().__init__(detail or first, errors=dict(errors))

    @property
    def errors(self) -> dict[str, list[str]]:
        errors = self.extra["errors"]
        assert isinstance(errors, dict)
        return errors


class LockHeld(DomainError):
    code, status, title = "lock_held", 423, _("Someone else is editing this field")


class LockNotHeld(DomainError):
    code, status, title = "lock_not_held", 409, _("You are not editing this field")


class StaleToken(DomainError):
    code, status, title = "stale_token", 409, _("Your lock has ended")


class StaleBase(DomainError):
    code, status, title = "stale_base", 409, _("The field has changed since you began")


class ProjectFrozen(DomainError):
    code, status, title = "project_frozen", 409, _("The project is read-only")


class ClientRefReused(DomainError):
    code, status, title = "client_ref_reused", 409, _("This reference was used for something else")


class Conflict(DomainError):
    code, status, title = "conflict", 409, _("Not possible right now")


class Drifted(DomainError):
    """What a proposal changes has changed since; `targets` has the hashes of base, now and proposed for each."""

    code, status, title = "drifted", 409, _("The text has changed since")


class StaleProposal(DomainError):
    """The request speaks of another round than the newest one; `round` is the newest."""

    code, status, title = "stale_proposal", 409, _("There is a newer round")


class ApprovalsMissing(DomainError):
    """A proposal needs more approvals (`missing` is how many), or somebody objects (`objections`)."""

    code, status, title = "approvals_missing", 409, _("Approvals are missing")


class PayloadTooLarge(DomainError):
    code, status, title = "payload_too_large", 413, _("Too large")


class RateLimited(DomainError):
    """Too many requests; `retry_after` is in seconds."""

    code, status, title = "rate_limited", 429, _("Too many requests")

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail, retry_after=retry_after)


class Unavailable(DomainError):
    """Postgres or Redis did not answer in time; the outcome is unknown, so retry with the same `client_ref`."""

    code, status, title = "unavailable", 503, _("Temporarily unavailable")

    def __init__(self, detail: str = "", *, retry_after: int = 2) -> None:
        super().__init__(detail or gettext("Foundry cannot reach its storage. Try again."), retry_after=retry_after)
