"""Inviting a site: a code that is shown once, kept as its hash, used once, and dead after a day."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.keys.sealing import ensure_site_key
from audit.keys.text import rfc3339
from audit.services import Target, site_id
from kernel.errors import Conflict, NotFound, ValidationFailed
from kernel.statements import database_now
from projects.models import Project
from projects.writing import project_write
from stages.registers.keys import own_site_key
from stages.replication.admission.addresses import own_address, own_certificate, own_name
from stages.replication.admission.events import INVITED, WITHDRAWN
from stages.replication.admission.invitations import InvitationText
from stages.replication.choices import Rights
from stages.replication.models import Invitation
from stages.replication.permissions import INVITE

LIFETIME: Final = timedelta(hours=24)
# Of a project at once: whoever needs more has forgotten to withdraw.
MAX_OPEN: Final = 50


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation, and the text to send: empty where a request is repeated, as the code is shown once."""

    invitation: Invitation
    text: str


def invite_site(*, caller: Caller, project_id: UUID, rights: str, copies: bool) -> Invited:
    """Make an invitation for one site. Owners only.

    Raises `ValidationFailed` for rights that there are not, `Conflict` where this site cannot be dialled, or too many
    invitations are open.
    """
    check_rights(rights)
    ensure_site_key(caller=caller)
    parameters = {"rights": rights, "copies": copies}
    with project_write(caller=caller, project_id=project_id, action=INVITE, parameters=parameters) as write:
        if write.repeat_of is not None:
            return Invited(Invitation.objects.get(pk=write.repeat_of.target_id), "")
        if not own_address():
            raise Conflict(_("Other sites cannot dial this one: set FOUNDRY_SITES_URL to its address first."))
        now = database_now()
        _check_number(project_id, now)
        code = secrets.token_urlsafe(32)
        invitation = Invitation(
            project=write.project,
            code_hash=hash_of(code),
            rights=rights,
            copies=copies,
            created_by=caller.user,
            created_at=now,
            expires_at=now + LIFETIME,
        )
        write.record(INVITED, Target.of("invitation", invitation.id), _facts(invitation))
        invitation.save(force_insert=True)
        return Invited(invitation, _text(write.project, invitation, code))


def withdraw_invitation(*, caller: Caller, project_id: UUID, invitation_id: UUID) -> Invitation:
    """Make an invitation useless. Raises `NotFound`, and `Conflict` where it was used or withdrawn."""
    parameters = {"invitation": str(invitation_id)}
    with project_write(caller=caller, project_id=project_id, action=INVITE, parameters=parameters) as write:
        invitation = Invitation.objects.filter(project=project_id, pk=invitation_id).first()
        if invitation is None:
            raise NotFound(_("There is no such invitation."))
        if write.repeat_of is not None:
            return invitation
        if invitation.used_at is not None or invitation.withdrawn_at is not None:
            raise Conflict(_("The invitation was used or withdrawn before."))
        event = write.record(WITHDRAWN, Target.of("invitation", invitation.id), _facts(invitation))
        invitation.withdrawn_at = event.at
        invitation.save(update_fields=["withdrawn_at"])
        return invitation


def hash_of(code: str) -> bytes:
    """What is kept of a code."""
    return hashlib.sha256(code.encode()).digest()


def check_rights(rights: str) -> None:
    """Raise `ValidationFailed` for rights that there are not."""
    if rights not in Rights.values:
        raise ValidationFailed({"rights": [_("Must be one of {values}.").format(values=", ".join(Rights.values))]})


def _check_number(project_id: UUID, now: object) -> None:
    waiting = Invitation.objects.filter(project=project_id, used_at=None, withdrawn_at=None, expires_at__gt=now)
    if waiting.count() >= MAX_OPEN:
        raise Conflict(_("{most} invitations are open. Withdraw some first.").format(most=MAX_OPEN))


def _facts(invitation: Invitation) -> dict[str, object]:
    return {
        "code_hash": bytes(invitation.code_hash).hex(),
        "rights": str(invitation.rights),
        "copies": invitation.copies,
        "created_at": rfc3339(invitation.created_at),
        "expires_at": rfc3339(invitation.expires_at),
    }


def _text(project: Project, invitation: Invitation, code: str) -> str:
    return InvitationText(
        address=own_address(),
        project=project.id,
        name=project.name,
        site=UUID(site_id()),
        key=own_site_key().hex(),
        site_name=own_name(),
        certificate=own_certificate(),
        code=code,
        expires=invitation.expires_at,
    ).as_line()
