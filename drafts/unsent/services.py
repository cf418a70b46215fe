"""Keeping what somebody writes and has not sent, until they send or empty it. Not a record, so it has no event."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from drafts.unsent.models import MAX_PLACE, MAX_UNSENT, UnsentText
from kernel.errors import Conflict, PayloadTooLarge, ValidationFailed
from kernel.ijson import check_text
from kernel.transactions import unavailable_on_timeout, write_transaction
from projects.access import get_project

# Of one person in one project.
MAX_TEXTS: Final = 100

_PLACE = re.compile(r"[a-z][a-z-]*(:[0-9a-z-]+)?\Z")


def unsent_texts(*, user: User, project_id: UUID) -> dict[str, str]:
    """The texts that this person has begun in this project, by place. Raises `NotFound` to outsiders."""
    get_project(user=user, project_id=project_id)
    return dict(UnsentText.objects.filter(user=user, project_id=project_id).values_list("place", "text"))


def keep_unsent_text(*, caller: Caller, project_id: UUID, place: str, text: str) -> None:
    """Keep what the caller has written so far at a place; the newest replaces what was there, an empty one removes it.

    Raises `ValidationFailed` for what is no place or no text, `PayloadTooLarge` over 66,000 characters, `Conflict` for
    more than 100 texts in one project.
    """
    if len(place) > MAX_PLACE or not _PLACE.match(place):
        raise ValidationFailed({"place": [_("Must be the name of a place.")]})
    kept = check_text(text, name="text")
    if len(kept) > MAX_UNSENT:
        raise PayloadTooLarge(_("At most {most} characters.").format(most=MAX_UNSENT), limit=MAX_UNSENT)
    with unavailable_on_timeout():
        get_project(user=caller.user, project_id=project_id)
        if not kept:
            discard_unsent_texts(caller=caller, project_id=project_id, places=[place])
            return
        with write_transaction():
            others = UnsentText.objects.filter(user=caller.user, project_id=project_id).exclude(place=place)
            if others.count() >= MAX_TEXTS:
                words = _("You have {most} unsent texts in this project. Send or clear one first.")
                raise Conflict(words.format(most=MAX_TEXTS))
            UnsentText.objects.bulk_create(
                [UnsentText(user=caller.user, project_id=project_id, place=place, text=kept, updated_at=Now())],
                update_conflicts=True,
                unique_fields=["user", "project", "place"],
                update_fields=["text", "updated_at"],
            )


def discard_unsent_texts(*, caller: Caller, project_id: UUID, places: Iterable[str]) -> None:
    """Remove the caller's texts of these places: they are sent, or emptied."""
    with unavailable_on_timeout():
        UnsentText.objects.filter(user=caller.user, project_id=project_id, place__in=list(places)).delete()
