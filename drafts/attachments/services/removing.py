"""An attachment is removed: its row and its bytes stay, for owners and auditors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from audit.services import Target
from drafts.attachments.models import Attachment
from drafts.attachments.subjects import refuse_at_replica
from drafts.fingerprints import fingerprint
from kernel.errors import Conflict, NotFound
from kernel.names import check_reason
from kernel.registry import Registry
from kernel.site_permissions import may_on_site
from projects.access import Access, get_project
from projects.permissions import may
from projects.writing import project_write

# Called before an attachment is removed; raises a `DomainError` if what it hangs on keeps it.
REMOVAL_CHECKS: Final = Registry[Callable[[Attachment], None]]("check before an attachment is removed")

_UPDATE: Final = """
UPDATE drafts_attachment SET removed_at = event.at, removed_by_id = %s, reason = %s FROM event
WHERE drafts_attachment.id = %s
"""


def remove_attachment(*, caller: Caller, attachment_id: UUID, reason: str) -> Attachment:
    """Remove an attachment of the caller's own, or as an owner any, for a reason that the record keeps.

    Nobody but owners and auditors sees it from then on; the quota of the project is not given back. Raises `NotFound`,
    `PermissionDenied`, `Conflict` where its subject keeps what it has (a released version), `ValidationFailed`.
    """
    attachment, access = visible_attachment(user=caller.user, attachment_id=attachment_id)
    project_id = access.project.id
    action = "attachment.remove" if attachment.created_by_id == caller.user.id else "attachment.remove_others"
    asked = {"attachment": str(attachment_id), "reason": fingerprint(reason)}
    with project_write(caller=caller, project_id=project_id, action=action, parameters=asked) as write:
        attachment = Attachment.objects.with_facts().get(pk=attachment_id)
        if write.repeat_of is not None:
            attachment.repeated = True
            return attachment
        if attachment.is_removed:
            raise Conflict(_("The attachment was removed already."))
        reason = check_reason(reason)
        refuse_at_replica(attachment.subject_type, write.project)
        for refuse in REMOVAL_CHECKS.values():
            refuse(attachment)
        event = write.record(
            "attachment.removed",
            Target.of("attachment", attachment.id),
            attachment.facts(),
            reason=reason,
            with_statements=[(_UPDATE, [caller.user.id, reason, attachment.id])],
        )
        attachment.removed_at, attachment.removed_by, attachment.reason = event.at, caller.user, reason
    return attachment


def visible_attachment(*, user: User, attachment_id: UUID) -> tuple[Attachment, Access]:
    """An attachment, and the user's access to its project; a removed one for owners and auditors only.

    Raises the same `NotFound` for one that does not exist and for one that the user may not see.
    """
    attachment = Attachment.objects.visible_to(user, removed=True).with_facts().filter(pk=attachment_id).first()
    try:
        access = get_project(user=user, project_id=attachment.project_id if attachment else attachment_id)
    except NotFound:
        raise _no_such_attachment() from None
    if attachment is None or (attachment.is_removed and not sees_removed(user, access)):
        raise _no_such_attachment()
    return attachment, access


def sees_removed(user: User, access: Access) -> bool:
    """Whether this reader also sees what was removed: owners and auditors do."""
    return may("attachment.read_removed", role=access.role) or may_on_site("project.read_any", user)


def _no_such_attachment() -> NotFound:
    return NotFound(_("There is no such attachment."))
