"""Rows of the permission matrix: invitations, and decisions about sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from nacl.signing import SigningKey

from accounts.callers import Caller
from stages.replication.admission.services import admit_site, change_rights, invite_site, revoke_site
from tests.matrix import ALWAYS, OTHER, OWNERS, Row, SiteRow

KEY: Final = SigningKey(bytes(32)).verify_key.encode().hex()
HERE: Final = "sites/"
SITE: Final = f"{HERE}{KEY}/"
BY_OWNERS: Final = (OWNERS, ALWAYS)
RIGHTS: Final = {"rights": "writes"}
REASON: Final = {"reason": "Its contract ended"}

REST: Final = (
    Row("api_sites", "GET", HERE, 200),
    Row("api_site_invitations", "GET", f"{HERE}invitations/", 200, *BY_OWNERS),
    Row("api_site_invitations", "POST", f"{HERE}invitations/", 201, *BY_OWNERS, RIGHTS),
    Row("api_site_invitation_withdraw", "POST", f"{HERE}invitations/{OTHER}/withdraw/", "not_found", *BY_OWNERS),
    Row("api_site_admit", "POST", f"{SITE}admit/", 200, *BY_OWNERS, RIGHTS),
    # There is no such site.
    Row("api_site_rights", "POST", f"{SITE}rights/", "not_found", *BY_OWNERS, {**RIGHTS, **REASON}),
    Row("api_site_revoke", "POST", f"{SITE}revoke/", "not_found", *BY_OWNERS, REASON),
    Row("api_site_follow", "POST", f"{SITE}follow/", "not_found", *BY_OWNERS),
    Row("api_site_sync", "POST", f"{SITE}sync/", "not_found", *BY_OWNERS),
)
ADMINISTRATORS: Final = ("administrator",)
SITE_REST: Final = (
    SiteRow("api_projects_join", "POST", "projects/join/", "validation_failed", may=ADMINISTRATORS),
    SiteRow("api_rpc_workspace_create", "POST", "/api/rpc/workspace/create", "validation_failed"),
    SiteRow("api_rpc_workspace_join", "POST", "/api/rpc/workspace/join", "validation_failed", may=ADMINISTRATORS),
)

Write = Callable[[Caller], Any]


def _inviting(world: Any) -> Write:
    return lambda caller: invite_site(caller=caller, project_id=world.id, rights="writes", copies=False)


def _admitting(world: Any) -> Write:
    return lambda caller: admit_site(caller=caller, project_id=world.id, key=KEY, rights="writes", copies=False)


def _changing(world: Any) -> Write:
    _admitting(world)(world.owner)
    return lambda caller: change_rights(
        caller=caller, project_id=world.id, key=KEY, rights="reads", reason="Auditors of theirs only read"
    )


def _revoking(world: Any) -> Write:
    _admitting(world)(world.owner)
    return lambda caller: revoke_site(caller=caller, project_id=world.id, key=KEY, **REASON)


REPEATS: Final = (
    ("site.invite", _inviting),
    ("site.admit", _admitting),
    ("site.change_rights", _changing),
    ("site.revoke", _revoking),
)
# A link is asked to look at once.
NO_WRITES: Final = ("site.read", "site.sync")
