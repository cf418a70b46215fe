"""Joining a project of another site: dial it, prove to each other who is who, and keep a replica here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.callers import Caller, refuse_read_only
from accounts.models import User
from audit.keys.sealing import ensure_site_key
from audit.keys.text import rfc3339
from audit.services import Target, answered, record, request_hash, site_id
from kernel.errors import Conflict, NotAuthenticated, PermissionDenied, ValidationFailed
from kernel.late import Late
from kernel.names import as_name, as_remark, shows_nothing
from kernel.site_permissions import may_on_site
from kernel.transactions import write_transaction
from projects.access import get_project
from projects.creation import new_replica
from projects.eligibility import check_creator
from projects.models import MAX_DESCRIPTION, MAX_NAME, Project
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import check_hex32, check_text, check_uuid
from stages.replication.admission.addresses import own_address, own_name
from stages.replication.admission.events import INTRODUCED, JOINED
from stages.replication.admission.invitations import InvitationText, read_invitation
from stages.replication.admission.keys import check_key, own_keys
from stages.replication.admission.recording import facts_of
from stages.replication.admission.waking import wake
from stages.replication.models import Peer
from stages.replication.models.peers import MAX_ADDRESS
from stages.replication.models.peers import MAX_NAME as MAX_SITE_NAME
from stages.replication.permissions import JOIN

Handshake = Callable[..., Mapping[str, Any]]
HANDSHAKE: Handshake = Late("stages.replication.link.dialling:handshake")


def join_project(*, caller: Caller, text: str, handshake: Handshake = HANDSHAKE) -> Project:
    """Join the project of an invitation; the caller owns the replica. Administrators only.

    `handshake` dials the other site, proves both keys, and answers its greeting. Raises `ValidationFailed` for a text
    that is no invitation, `Conflict` where the project is here already, `PermissionDenied` for a code that does not
    admit, and what `handshake` raises where nobody answers.
    """
    refuse_read_only(caller)
    _require_administrator(caller.user)
    invitation = read_invitation(text)
    request = request_hash(JOIN, {"project": str(invitation.project), "key": invitation.key})
    if answered(caller=caller, project_id=invitation.project, request=request) is not None:
        project = get_project(user=caller.user, project_id=invitation.project).project
        project.repeated = True
        return project
    if bytes.fromhex(invitation.key) in own_keys() or Project.objects.filter(pk=invitation.project).exists():
        raise Conflict(_("This project is here already."), project=str(invitation.project))
    ensure_site_key(caller=caller)
    greeting = handshake(
        address=invitation.address,
        certificate=invitation.certificate,
        project=str(invitation.project),
        key=invitation.key,
        hello={"code": invitation.code, "site": site_id(), "name": own_name(), "address": own_address()},
    )
    return _join(caller, invitation, greeting, request)


def _require_administrator(user: User) -> None:
    check_creator(user)
    account = User.objects.filter(pk=user.id).first()
    if account is None or not account.is_active:
        raise NotAuthenticated(_("This account is closed."))
    if not may_on_site(JOIN, account):
        raise PermissionDenied(_("Only an administrator may join a project of another site."))


def _join(caller: Caller, invitation: InvitationText, greeting: Mapping[str, Any], request: str) -> Project:
    try:
        name, description = _read_project(invitation, greeting.get("project"))
        inviter, home = _peers(invitation, greeting)
    except (Malformed, KeyError, TypeError, ValueError) as error:
        raise ValidationFailed(
            {"invitation": [_("The other site answered in a way that is not understood.")]}
        ) from error
    with write_transaction():
        project = new_replica(caller=caller, project_id=invitation.project, name=name, description=description)
        facts = {"name": name, "description": description, "created_at": rfc3339(project.created_at)}
        event = record(
            caller=caller,
            action=JOINED,
            target=Target.of("site", inviter.id),
            data={**facts_of(inviter), "invitation_id": None, "project": facts},
            project_id=project.id,
            request=request,
        )
        inviter.admitted_by, inviter.admitted_at = caller.user, event.at
        inviter.save(force_insert=True)
        if home is not None:
            target = Target.of("site", home.id)
            record(caller=caller, action=INTRODUCED, target=target, data=facts_of(home), project_id=project.id)
            home.save(force_insert=True)
        transaction.on_commit(partial(wake, project.id), robust=True)
    return project


def _read_project(invitation: InvitationText, project: Any) -> tuple[str, str]:
    """The name and the description of the project as its site says them, shortened to what fits here."""
    if UUID(check_uuid(project["id"], "project.id")) != invitation.project:
        raise ValueError(project["id"])
    name = as_name(check_text(project["name"], "project.name", 4 * MAX_NAME))[:MAX_NAME]
    description = as_remark(check_text(project["description"], "project.description", 4 * MAX_DESCRIPTION))
    return (invitation.name if shows_nothing(name) else name), description[:MAX_DESCRIPTION].strip()


def _peers(invitation: InvitationText, greeting: Mapping[str, Any]) -> tuple[Peer, Peer | None]:
    """Who invited, and the home where that is another site. Whoever invited may write: its bundles are wanted here."""
    home = greeting.get("home")
    inviter = Peer(
        project_id=invitation.project,
        key=bytes.fromhex(invitation.key),
        site_id=invitation.site,
        name=invitation.site_name,
        address=invitation.address,
        certificate=invitation.certificate,
        copies=greeting.get("copies") is True,
        is_home=home is None,
    )
    if home is None:
        return inviter, None
    return inviter, Peer(
        project_id=invitation.project,
        key=check_key(check_hex32(home["key"], "home.key")),
        site_id=UUID(check_uuid(home["site"], "home.site")) if home["site"] else None,
        name=as_name(check_text(home["name"], "home.name", 4 * MAX_SITE_NAME))[:MAX_SITE_NAME],
        address=check_text(home["address"], "home.address", MAX_ADDRESS),
        is_home=True,
        introduced_by=bytes.fromhex(invitation.key),
    )
