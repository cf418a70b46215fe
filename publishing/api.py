"""Policies, releases and signatures."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from uuid import UUID

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from kernel.errors import ValidationFailed
from kernel.names import check_remark
from projects.access import Access
from projects.models import Status
from projects.permissions import authorise
from projects.rest import ProjectView
from projects.serializers import Reason
from publishing import reading, services
from publishing import serializers as shapes
from publishing.bundle.scope import scope_of_release
from publishing.bundle.writing import bundle, bundle_name
from publishing.credentials import SigningCredentials
from publishing.models import MAX_COMMENT, Meaning, Release
from publishing.permissions import may_bundle
from publishing.policies import rules_of
from publishing.proposal_policy import proposal_policy_of
from publishing.services.facts import access_to, load_release
from publishing.states import signing_action
from publishing.versions import suggested_name
from rest.downloads import attachment
from rest.pagination import page
from rest.queries import query_text
from rest.schema import operation
from rest.streaming import in_threads

MEANING = OpenApiParameter(
    "meaning", str, enum=Meaning.values, description="The meaning of my signature; `approved` if left out."
)
COMMENT = OpenApiParameter("comment", str, description="The comment that I am about to sign with.")


class PolicyView(ProjectView):
    write_action = "policy.update"

    @operation("policy_read", answer=shapes.ProjectPolicy)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Get the policy: what the project's releases need."""
        self.access()
        return self.answer(reading.project_policy(rules_of(project_id), proposal_policy_of(project_id)))

    @operation("policy_set", takes=shapes.NewPolicy, answer=shapes.ProjectPolicy)
    def put(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Replace the policy; it applies to releases submitted from now on. Owners only."""
        given = self.body(shapes.NewPolicy)
        rules = services.set_policy(caller=self.caller(), project_id=project_id, rules=given)
        return self.answer(reading.project_policy(rules, proposal_policy_of(project_id)))


class ReleasesView(ProjectView):
    write_action = "release.submit"

    @operation("releases_list", answer=shapes.ReleaseList, paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """List the project's releases, newest first, with a suggested name for the next one."""
        project = self.access().project
        found = page(request, Release.objects.of_project(project_id).with_people(), lambda release: release)
        bodies = reading.release_bodies(found["results"])
        name = suggested_name(project_id, project.current_draft)
        return self.answer({**found, "results": bodies, "suggested_name": name})

    @operation("releases_submit", takes=shapes.NewRelease, answer=shapes.ReleaseInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Submit a version under a name. The project is then in review, and all its locks end."""
        given = self.body(shapes.NewRelease)
        release = services.submit_release(caller=self.caller(), project_id=project_id, **given)
        return self.answer(reading.release_body(release), 200 if release.repeated else 201)


class _OneRelease(ProjectView):
    """The base of views of a single release, whose addresses do not contain its project."""

    read_action = "project.read"

    @cached_property
    def release_id(self) -> UUID:
        found: UUID = self.kwargs["release_id"]
        return found

    def access(self) -> Access:
        """The release's project, if the caller is allowed to do this."""
        action = self.read_action if self.request.method in {"GET", "HEAD"} else self.write_action
        return access_to(user=self.user(), release_id=self.release_id, action=action)


class OneReleaseView(_OneRelease):
    @operation("releases_read", answer=shapes.ReleaseInfo)
    def get(self, request: Request, release_id: UUID) -> HttpResponseBase:
        """Get one release with its signatures."""
        self.access()
        return self.answer(reading.release_body(load_release(release_id)))


class NotesView(_OneRelease):
    write_action = "release.write_notes"

    @operation("releases_write_notes", takes=shapes.NewReleaseNotes, answer=shapes.ReleaseInfo, repeatable=True)
    def put(self, request: Request, release_id: UUID) -> HttpResponseBase:
        """Replace the release notes, while the release is in review and nobody has signed it."""
        given = self.body(shapes.NewReleaseNotes)
        release = services.write_release_notes(caller=self.caller(), release_id=release_id, **given)
        return self.answer(reading.release_body(release))


class ChallengeView(_OneRelease):
    @operation("releases_challenge", answer=shapes.ChallengeInfo, parameters=[MEANING, COMMENT])
    def get(self, request: Request, release_id: UUID) -> HttpResponseBase:
        """Get the statement that I would sign, and the factors that I would have to give."""
        access = self.access()
        meaning = query_text(request, "meaning", maximum=8) or Meaning.APPROVED.value
        if meaning not in Meaning.values:
            raise ValidationFailed(
                {"meaning": [_("Must be one of {values}.").format(values=", ".join(Meaning.values))]}
            )
        comment = query_text(request, "comment", maximum=MAX_COMMENT) or ""
        comment = check_remark(comment, name="comment", maximum=MAX_COMMENT, required=False)
        release = load_release(release_id)
        found = reading.challenge(release, caller=self.caller(), access=access, meaning=meaning, comment=comment)
        return self.answer(found)


class SignaturesView(_OneRelease):
    @property
    def write_action(self) -> str:  # type: ignore[override]
        return signing_action(str(self.parsed().get("meaning")))

    @operation(
        "releases_sign",
        takes=shapes.NewSignature,
        answer=shapes.SignatureInfo,
        status=201,
        repeatable=True,
        problems=[429],
    )
    def post(self, request: Request, release_id: UUID) -> HttpResponseBase:
        """Sign, with a proof of who I am. The signature that meets the policy releases the version."""
        given = self.body(shapes.NewSignature)
        meaning, comment, notes = given.pop("meaning"), given.pop("comment", ""), given.pop("notes", None)
        signature = services.sign_release(
            caller=self.caller(),
            release_id=release_id,
            meaning=meaning,
            proof=SigningCredentials(**given),
            comment=comment,
            notes=notes,
        )
        return self.answer(reading.signature_body(signature), 200 if signature.repeated else 201)


class BundleView(_OneRelease):
    read_action = "release.bundle"

    def access(self) -> Access:
        """Allowed for reviewers and above, because the events inside are complete, and for auditors."""
        access = access_to(user=self.user(), release_id=self.release_id)
        if not may_bundle(self.user(), access.role):
            status = Status(access.project.status)
            authorise(action=self.read_action, role=access.role, status=status, project_id=access.project.id)
        return access

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @operation("releases_bundle", answer=OpenApiTypes.BINARY)
    def get(self, request: Request, release_id: UUID) -> HttpResponseBase:
        """Get the bundle: everything that proves a release, as a zip that contains its verifier."""
        self.access()
        scope = scope_of_release(release_id)
        pieces = bundle(scope)
        plain = request._request  # noqa: SLF001 (the one Django knows)
        content = in_threads(pieces) if isinstance(plain, ASGIRequest) else pieces
        response = StreamingHttpResponse(content, content_type="application/zip")
        response["Content-Disposition"] = attachment(bundle_name(scope))
        return response


class _EndView(_OneRelease):
    def end(self, write: Callable[..., Release]) -> HttpResponseBase:
        given = self.body(Reason)
        return self.answer(reading.release_body(write(caller=self.caller(), release_id=self.release_id, **given)))


class RejectView(_EndView):
    write_action = "release.reject"

    @operation("releases_reject", takes=Reason, answer=shapes.ReleaseInfo)
    def post(self, request: Request, release_id: UUID) -> HttpResponseBase:
        """Reject the release, for a reason. The project is then open again."""
        return self.end(services.reject_release)


class WithdrawReleaseView(_EndView):
    write_action = "release.withdraw"

    @operation("releases_withdraw", takes=Reason, answer=shapes.ReleaseInfo)
    def post(self, request: Request, release_id: UUID) -> HttpResponseBase:
        """Withdraw the release, for a reason. The project is then open again."""
        return self.end(services.withdraw_release)
