"""The copied record over REST: only read, and only at a replica."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from drafts.attachments.api import FILE, IF_RANGE, IN_RANGES, RANGE, TYPES
from drafts.attachments.sending import send
from kernel.errors import NotFound
from projects.access import Access
from projects.fields import check_field_name
from projects.rest import ProjectView
from rest.queries import query_integer, query_text
from rest.schema import operation
from stages.replication.home import serializers as shapes
from stages.replication.home.bodies import lease_body, release_body, version_body
from stages.replication.home.comparing import compare_versions
from stages.replication.home.errors import NotHereYet
from stages.replication.home.files import as_attachment
from stages.replication.home.projection.leases import newest_leases
from stages.replication.home.projection.overview import overview_of
from stages.replication.home.projection.releases import releases_of
from stages.replication.home.projection.versions import (
    fields_at,
    here_of,
    is_whole_at,
    newest_versions,
    readable_version,
    version_of,
)
from stages.replication.home.signatures import signatures_of
from stages.replication.home.sites import who_may_have
from stages.replication.home.state import require_replica, state_of
from stages.replication.home.texts import read_texts
from stages.replication.home.wanting import fetch_blob

_AT_ONCE: Final = 100
_NEWEST: Final = 999_999_999
_BEFORE: Final = OpenApiParameter(
    "before", {"type": "integer", "minimum": 1, "maximum": _NEWEST}, description="From `before` of the answer before."
)
_FIELD: Final = OpenApiParameter("field", str, required=True, description="The name of a field.")
_BLAKE3: Final = OpenApiParameter(
    "blake3", {"type": "string", "pattern": "^[0-9a-f]{64}$"}, OpenApiParameter.PATH, description="Of the file."
)


class HomeView(ProjectView):
    """The base of what is read of a copy."""

    def access(self) -> Access:
        found = super().access()
        require_replica(found.project)
        return found


class OverviewView(HomeView):
    @operation("home", answer=shapes.HomeInfo)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """How good the copy of home's record is, and what it says of the project now."""
        self.access()
        found = overview_of(project_id)
        newest = next(iter(newest_versions(project_id, limit=1)), None)
        return self.answer(
            {
                "copy": state_of(project_id).as_json(),
                "status": found.status.status.value if found.status.status else None,
                "version": version_body(newest) if newest else None,
                "held": [lease_body(each) for each in found.held],
            }
        )


class VersionsView(HomeView):
    @operation("home_versions", answer=shapes.HomeVersions, parameters=[_BEFORE])
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The versions of home, newest first; a hundred at once."""
        self.access()
        before = query_integer(request, "before", default=0, maximum=_NEWEST)
        found = newest_versions(project_id, below=before or None, limit=_AT_ONCE + 1)
        shown = found[:_AT_ONCE]
        older = shown[-1].number if len(found) > _AT_ONCE else None
        return self.answer({"versions": [version_body(each) for each in shown], "before": older})


class VersionView(HomeView):
    @operation("home_version", answer=shapes.HomeVersionDetail)
    def get(self, request: Request, project_id: UUID, number: int) -> HttpResponseBase:
        """A version of home, with the SHA-256 of everything that it holds."""
        self.access()
        found = version_of(project_id, min(number, _NEWEST))
        held = fields_at(project_id, found.seq) if found.is_readable else {}
        here = here_of(project_id, held.values())
        texts = [{"field": name, "sha256": digest, "is_here": digest in here} for name, digest in held.items()]
        is_whole = found.is_readable and is_whole_at(project_id, found.seq)
        return self.answer({**version_body(found), "texts": texts, "is_whole": is_whole})


class TextView(HomeView):
    @operation("home_text", answer=shapes.HomeText, parameters=[_FIELD])
    def get(self, request: Request, project_id: UUID, number: int) -> HttpResponseBase:
        """The text of a field in a version of home; `not_here_yet` (404) while it has not come, which it then does."""
        self.access()
        field = check_field_name(query_text(request, "field"))
        held = fields_at(project_id, readable_version(project_id, min(number, _NEWEST)).seq)
        if field not in held:
            raise NotFound(_("v{version} has no {field}.").format(version=number, field=field))
        (found,) = read_texts(self.user(), project_id, {field: held[field]})
        if found.text is None:
            raise NotHereYet(who_may_have(project_id))
        return self.answer({"field": field, "sha256": found.sha256, "text": found.text})


class CompareView(HomeView):
    parameters = (
        OpenApiParameter("base", {"type": "integer", "minimum": 1, "maximum": _NEWEST}, required=True),
        OpenApiParameter("target", {"type": "integer", "minimum": 1, "maximum": _NEWEST}, required=True),
        OpenApiParameter("field", str, description="Only this field."),
    )

    @operation("home_compare", answer=shapes.HomeComparison, parameters=parameters)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The differences between two versions of home, once their texts are here."""
        self.access()
        base, target = (query_integer(request, name, minimum=1, maximum=_NEWEST) for name in ("base", "target"))
        found = compare_versions(self.user(), project_id, base, target, field=query_text(request, "field"))
        difference = found.comparison.as_data() if found.comparison else None
        body = {"base": base, "target": target, "missing": found.missing, "difference": difference}
        return self.answer(body)


class ReleasesView(HomeView):
    @operation("home_releases", answer=shapes.HomeReleases)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The releases of home with their signatures, whose seals are verified here."""
        self.access()
        home = state_of(project_id).home
        found = [release_body(each, signatures_of(self.user(), home, each)) for each in releases_of(project_id)]
        return self.answer({"releases": found})


class LeasesView(HomeView):
    @operation("home_leases", answer=shapes.HomeLeases, parameters=[_BEFORE])
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Who held which field at home, newest first; a hundred at once."""
        self.access()
        before = query_integer(request, "before", default=0)
        found = newest_leases(project_id, below=before or None, limit=_AT_ONCE + 1)
        shown = found[:_AT_ONCE]
        earlier = shown[-1].token if len(found) > _AT_ONCE else None
        return self.answer({"leases": [lease_body(each) for each in shown], "before": earlier})


class FileView(ProjectView):
    @operation(
        "home_file",
        answer=FILE,
        parameters=[_BLAKE3, RANGE, IF_RANGE],
        not_modified=True,
        media_types=TYPES,
        others=IN_RANGES,
    )
    def get(self, request: Request, project_id: UUID, blake3: str) -> HttpResponseBase:
        """Download a file that a record names, by its BLAKE3; `not_here_yet` (404) while another site alone has it."""
        self.access()
        blob = fetch_blob(caller=self.caller(), project_id=project_id, blake3=blake3)
        if blob is None:
            raise NotHereYet(who_may_have(project_id))
        plain: HttpRequest = request._request  # noqa: SLF001
        return send(plain, as_attachment(project_id, blake3, blob))
