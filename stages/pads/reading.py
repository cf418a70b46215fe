"""Reading pads, as their readers may see them."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from kernel.errors import NotFound
from projects.access import get_project
from stages.pads.models import Pad


def load_pad(pad_id: UUID) -> Pad:
    """A pad with who made it. Raises `NotFound`."""
    found = Pad.objects.select_related("created_by").filter(pk=pad_id).first()
    if found is None:
        raise NotFound(_("Pad not found."))
    return found


def visible_pad(*, user: User, pad_id: UUID) -> Pad:
    """A pad of a project that a user may read. Raises `NotFound`, in the words of the pad and not of its project."""
    pad = load_pad(pad_id)
    try:
        get_project(user=user, project_id=pad.project_id)
    except NotFound:
        raise NotFound(_("Pad not found.")) from None
    return pad
