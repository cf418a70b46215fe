"""All writes of admission. Each function is one transaction with its event."""

from stages.replication.admission.services.admitting import admit_by_code, admit_site, change_rights
from stages.replication.admission.services.introducing import take_introductions
from stages.replication.admission.services.inviting import Invited, invite_site, withdraw_invitation
from stages.replication.admission.services.joining import join_project
from stages.replication.admission.services.revoking import follow_revocation, revoke_site
from stages.replication.admission.services.succeeding import take_key_chain
from stages.replication.admission.services.syncing import sync_site

__all__ = [
    "Invited",
    "admit_by_code",
    "admit_site",
    "change_rights",
    "follow_revocation",
    "invite_site",
    "join_project",
    "revoke_site",
    "sync_site",
    "take_introductions",
    "take_key_chain",
    "withdraw_invitation",
]
