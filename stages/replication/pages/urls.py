"""Addresses of the pages of other sites."""

from __future__ import annotations

from typing import Final

from kernel.late import late_path

app_name = "replication"

_SITES: Final = "projects/<uuid:project_id>/sites/"
_SITE: Final = f"{_SITES}<str:key>/"
_HELD: Final = "projects/<uuid:project_id>/held/<uuid:held_id>/"
_PAGES: Final = "stages.replication.pages"

urlpatterns = [
    late_path("projects/join/", f"{_PAGES}.joining_views:join", name="join"),
    late_path(_SITES, f"{_PAGES}.views:sites", name="sites"),
    late_path(f"{_SITES}differs/", f"{_PAGES}.views:differs", name="differs"),
    late_path(f"{_SITES}nearby/", f"{_PAGES}.views:nearby", name="nearby"),
    late_path(f"{_SITES}invite/", f"{_PAGES}.invitation_views:invite", name="invite"),
    late_path(
        f"{_SITES}invitations/<uuid:invitation_id>/withdraw/", f"{_PAGES}.invitation_views:withdraw", name="withdraw"
    ),
    *(
        late_path(f"{_SITE}{each}/", f"{_PAGES}.admission_views:{each}", name=each)
        for each in ("admit", "rights", "revoke", "follow", "sync")
    ),
    *(
        late_path(f"{_HELD}{each.replace('_', '-')}/", f"{_PAGES}.held_views:{each}", name=f"{each}_held")
        for each in ("release", "discard", "re_enter")
    ),
]
