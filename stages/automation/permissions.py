"""Who adopts modules, and who writes, switches on and runs rules, scripts and views."""

from __future__ import annotations

from typing import Final

from kernel.site_permissions import SitePermission, SiteRole
from projects.models import Role
from projects.permissions import ALWAYS, OPEN_OR_REPLICA, Permission

READ: Final = "automation.read"
ADOPT: Final = "module.adopt"
LEAVE: Final = "module.leave"
SAVE_RULE: Final = "rule.save"
DELETE_RULE: Final = "rule.delete"
SAVE_SCRIPT: Final = "script.save"
SWITCH_SCRIPT: Final = "script.switch"
DELETE_SCRIPT: Final = "script.delete"
ASK_FOR_GRANTS: Final = "script.ask"
SWITCH_VIEW: Final = "view.switch"
RUN_SCRIPT: Final = "script.run"
STOP_EXECUTION: Final = "execution.stop"

ADD_PACKAGE: Final = "module.add"
INSTALL: Final = "module.install"

PERMISSIONS: Final = (
    Permission(READ, Role.VIEWER, ALWAYS),
    *(
        Permission(action, Role.OWNER, OPEN_OR_REPLICA)
        for action in (ADOPT, LEAVE, SAVE_RULE, DELETE_RULE, SWITCH_SCRIPT, SWITCH_VIEW)
    ),
    *(Permission(action, Role.EDITOR, OPEN_OR_REPLICA) for action in (SAVE_SCRIPT, RUN_SCRIPT, STOP_EXECUTION)),
    *(Permission(action, Role.EDITOR, OPEN_OR_REPLICA) for action in (DELETE_SCRIPT, ASK_FOR_GRANTS)),
)
SITE_PERMISSIONS: Final = (
    SitePermission(ADD_PACKAGE, SiteRole.ADMINISTRATOR),
    SitePermission(INSTALL, SiteRole.ANY_ACCOUNT),
)
