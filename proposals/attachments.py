"""Files on proposals."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from drafts.attachments.subjects import Subject
from kernel.errors import Conflict
from proposals.models import Proposal
from proposals.visibility import refuse_ended


def _refuse(user: User, proposal: Any) -> None:
    # An attachment is on record, with its name, from the moment on which it is attached.
    if proposal.is_private:
        raise Conflict(
            _("Submit the proposal before you attach files to it: while it is private, nothing is recorded.")
        )
    refuse_ended(proposal)


PROPOSAL: Final = Subject(rows=Proposal.objects.visible_to, refuse=_refuse)
