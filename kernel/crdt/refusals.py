"""Why an update of a shared text is refused."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import PermissionDenied, ValidationFailed


class Refusal(StrEnum):
    """Why an update is refused, for figures; its words are in `REASONS`."""

    FOREIGN_CLIENT = "foreign_client"
    MALFORMED = "malformed"
    SEVERAL_CLIENTS = "several_clients"
    GAP = "gap"
    NOT_TEXT = "not_text"
    OTHER_ROOT = "other_root"
    UNKNOWN_NEIGHBOUR = "unknown_neighbour"
    UNKNOWN_RANGE = "unknown_range"
    INSIDE_CHARACTER = "inside_character"
    CHARACTER = "character"
    TOO_MANY = "too_many"


REASONS: Final[Mapping[Refusal, str | Promise]] = {
    Refusal.FOREIGN_CLIENT: _("This client id is not yours."),
    Refusal.MALFORMED: _("Not a Yjs update (version 1)."),
    Refusal.SEVERAL_CLIENTS: _("An update may hold what one client id has written. Send them one by one."),
    Refusal.GAP: _("Something that was written before this is missing. Send it first."),
    Refusal.NOT_TEXT: _("Only plain text can be written here."),
    Refusal.OTHER_ROOT: _("There is no shared type of this name here."),
    Refusal.UNKNOWN_NEIGHBOUR: _("Inserts beside a character that is not known here."),
    Refusal.UNKNOWN_RANGE: _("Deletes characters that are not known here."),
    Refusal.INSIDE_CHARACTER: _("Inside a character."),
    Refusal.TOO_MANY: _("At most 2,000 insertions and 2,000 deleted ranges in one update."),
}


class RefusedUpdate(ValidationFailed):
    """An update that is not applied; `reason` is a `Refusal`."""

    def __init__(self, reason: Refusal, detail: str | None = None) -> None:
        super().__init__({"update": [detail or str(REASONS[reason])]})
        self.reason = reason


class ForeignClient(PermissionDenied):
    """An update in the name of a client id that is not the caller's."""

    reason: Final = Refusal.FOREIGN_CLIENT

    def __init__(self, client_id: int) -> None:
        super().__init__(str(REASONS[self.reason]), client_id=client_id)


def refuse(reason: Refusal) -> NoReturn:
    """Raise `RefusedUpdate`."""
    raise RefusedUpdate(reason)
