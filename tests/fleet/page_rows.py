"""Rows of the permission matrix: the pages of the fleet, for people without a role in a team.

Who has a role is in `tests/fleet/test_pages.py`. Administrators and auditors see every team.
"""

from __future__ import annotations

from typing import Any, Final

from tests.matrix import OTHER, SiteRow

TEAM: Final = f"/fleet/teams/{OTHER}/"
DIRECTIVE: Final = f"/fleet/directives/{OTHER}/"
STATION: Final = f"/fleet/stations/{OTHER}/"
REQUEST: Final = f"/fleet/requests/{OTHER}/"
_SEES: Final[dict[str, Any]] = {"may": ("auditor", "administrator")}
_MANAGES: Final[dict[str, Any]] = {"may": ("administrator",)}
_OF_ONE: Final = {
    TEAM: ("team",),
    DIRECTIVE: ("directive",),
    STATION: ("station",),
    REQUEST: ("request",),
}
_FORMS: Final = {
    TEAM: ("change_team:change", "archive_team:archive", "set_role:role", "allow_project:projects"),
    DIRECTIVE: (
        "change_directive:change",
        "pause:pause",
        "resume:resume",
        "roll_back:roll-back",
        "withdraw:withdraw",
    ),
    STATION: ("revoke_station:revoke", "move_station:move", "ask_exception:exception"),
}
_ACTS: Final = ("decide:decide", "take_back:take-back", "end_exception:end")


def _forms() -> list[SiteRow]:
    """What is asked in a dialog over the page of something: there is no such thing."""
    rows = []
    for base, names in _FORMS.items():
        for name, _colon, path in (each.partition(":") for each in names):
            rows += [SiteRow(f"fleet:{name}", method, f"{base}{path}/", "not_found", **_SEES) for method in _METHODS]
    return rows


_METHODS: Final = ("GET", "POST")
SITE_PAGES: Final = (
    *(
        SiteRow(f"fleet:{name}", "GET", f"/fleet/{path}", 200, **_SEES)
        for name, path in (
            ("overview", ""),
            ("teams", "teams/"),
            ("directives", "directives/"),
            ("stations", "stations/"),
            ("connect", "stations/connect/"),
            ("requests", "requests/"),
            ("reports", "reports/"),
        )
    ),
    *(SiteRow(f"fleet:{name}", "GET", base, "not_found", **_SEES) for base, (name,) in _OF_ONE.items()),
    SiteRow("fleet:new_team", "GET", "/fleet/teams/new/", 200, **_MANAGES),
    # The request has no body.
    SiteRow("fleet:new_team", "POST", "/fleet/teams/new/", 400, **_MANAGES),
    SiteRow("fleet:new_directive", "GET", "/fleet/directives/new/", 200, **_MANAGES),
    SiteRow("fleet:new_directive", "POST", "/fleet/directives/new/", 200, **_MANAGES),
    SiteRow("fleet:person_role", "POST", f"/people/{OTHER}/teams/", "not_found", **_MANAGES),
    *_forms(),
    *(
        SiteRow(f"fleet:{name}", "POST", f"{REQUEST}{path}/", "not_found", **_SEES)
        for name, _colon, path in (each.partition(":") for each in _ACTS)
    ),
)
# Pages of the fleet have their budgets in `tests/fleet/test_pages.py`.
NO_PAGES: Final = tuple(sorted({row.name for row in SITE_PAGES}))
