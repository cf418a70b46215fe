"""Everything that writes to the fleet: each function one transaction, with its events."""

from stages.fleet.services.asking import Submitted
from stages.fleet.services.directives import (
    change_directive,
    pause_directive,
    resume_directive,
    roll_back_directive,
    submit_directive,
    withdraw_directive,
)
from stages.fleet.services.exceptions import request_exception, revoke_exception
from stages.fleet.services.grants import grant_team, revoke_grant
from stages.fleet.services.requests import decide_request, expire_requests, withdraw_request
from stages.fleet.services.resealing import seal_anew
from stages.fleet.services.teams import archive_team, create_team, set_team_member, update_team

__all__ = [
    "Submitted",
    "archive_team",
    "change_directive",
    "create_team",
    "decide_request",
    "expire_requests",
    "grant_team",
    "pause_directive",
    "request_exception",
    "resume_directive",
    "revoke_exception",
    "revoke_grant",
    "roll_back_directive",
    "seal_anew",
    "set_team_member",
    "submit_directive",
    "update_team",
    "withdraw_directive",
    "withdraw_request",
]
