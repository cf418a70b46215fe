"""Rows of the permission matrix: the page Sites, its dialogs, and Join a project."""

from __future__ import annotations

from typing import Final

from tests.matrix import ALWAYS, OTHER, OWNERS, Row, SiteRow

PAGE: Final = "sites/"
# There is no such site, bundle or invitation: what the acts do is tested in `pages/`. A bundle that is not held (any
# more) leads back to the list.
SITE: Final = f"{PAGE}{'ab' * 32}/"
HELD: Final = f"held/{OTHER}/"
DECISIONS: Final = ("rights", "revoke", "follow")
HELD_ACTS: Final = ("release", "discard", "re_enter")
BY_OWNERS: Final = (OWNERS, ALWAYS)
ADMINISTRATORS: Final = ("administrator",)

PAGES: Final = (
    Row("replication:sites", "GET", PAGE, 200),
    Row("replication:differs", "GET", f"{PAGE}differs/", 200),
    Row("replication:nearby", "GET", f"{PAGE}nearby/", 200, *BY_OWNERS),
    Row("replication:invite", "GET", f"{PAGE}invite/", 200, *BY_OWNERS),
    Row("replication:invite", "POST", f"{PAGE}invite/", 400, *BY_OWNERS, {"rights": "rules"}),
    Row("replication:withdraw", "POST", f"{PAGE}invitations/{OTHER}/withdraw/", "not_found", *BY_OWNERS),
    Row("replication:admit", "GET", f"{SITE}admit/", "not_found", *BY_OWNERS),
    Row("replication:admit", "POST", f"{SITE}admit/", 400, *BY_OWNERS, {"rights": "rules"}),
    *(
        Row(f"replication:{each}", method, f"{SITE}{each}/", "not_found", *BY_OWNERS)
        for each in DECISIONS
        for method in ("GET", "POST")
    ),
    Row("replication:sync", "POST", f"{SITE}sync/", "not_found", *BY_OWNERS),
    *(
        Row(f"replication:{each}_held", method, f"{HELD}{each.replace('_', '-')}/", 302, *BY_OWNERS)
        for each in HELD_ACTS
        for method in ("GET", "POST")
    ),
)
SITE_PAGES: Final = (
    SiteRow("replication:join", "GET", "/projects/join/", 200, may=ADMINISTRATORS),
    SiteRow("replication:join", "POST", "/projects/join/", 400, may=ADMINISTRATORS),
)
BUDGETED_PAGES: Final = {
    "replication:sites": f"…{PAGE}",
    "replication:differs": f"…{PAGE}differs/",
    "replication:nearby": f"…{PAGE}nearby/",
    "replication:invite": f"…{PAGE}invite/",
}
# They need a site or a held bundle; the budget of the page under them is in `pages/test_sites_page.py`.
NO_PAGES: Final = (
    *("replication:withdraw", "replication:admit", "replication:sync", "replication:join"),
    *(f"replication:{each}" for each in DECISIONS),
    *(f"replication:{each}_held" for each in HELD_ACTS),
)
