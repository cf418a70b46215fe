"""Directives and what is asked about them, over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from kernel.errors import ValidationFailed
from publishing.services.facts import access_to
from rest.pagination import page
from rest.queries import query_text
from rest.schema import operation, page_of
from stages.fleet import serializers as shapes
from stages.fleet import services
from stages.fleet.api import FleetView
from stages.fleet.bodies import (
    directive_bodies,
    directive_body,
    one_request_body,
    request_body,
    request_rows,
)
from stages.fleet.choices import DirectiveStatus, RequestKind, RequestState
from stages.fleet.models import Directive
from stages.fleet.overview import coverage_of
from stages.fleet.permissions import APPROVE_CHANGES, MANAGE_RULES
from stages.fleet.reading import visible_directive, visible_directives, visible_request, visible_requests
from stages.fleet.services import Submitted

TEAM = OpenApiParameter("team", str, description="The id of a team: only what is its own.")
STATUS = OpenApiParameter("status", str, enum=DirectiveStatus.values)
STATE = OpenApiParameter("state", str, enum=RequestState.values)


def submitted_body(submitted: Submitted) -> dict[str, Any]:
    """What became of a submission."""
    request, directive = submitted.request, submitted.directive
    return {
        "request": one_request_body(request) if request is not None else None,
        "directive": directive_body(directive) if directive is not None else None,
    }


class DirectivesView(FleetView):
    def check_access(self) -> None:
        if self.request.method not in SAFE_METHODS:
            given = self.parsed()
            self.fleet.require(MANAGE_RULES, _id_in(given, "team_id"))
            access_to(user=self.user(), release_id=_id_in(given, "release_id"))

    @operation("directives_list", answer=page_of(shapes.DirectiveInfo), paged=True, parameters=[TEAM, STATUS])
    def get(self, request: Request) -> HttpResponseBase:
        """The directives of the teams that I have to do with, newest first."""
        found = Directive.objects.filter(visible_directives(self.fleet), _filters(request, status=DirectiveStatus))
        listed = page(request, found.select_related("team", "project", "issued_by"), lambda row: row)
        return self.answer({**listed, "results": directive_bodies(listed["results"])})

    @operation("directives_submit", takes=shapes.NewDirective, answer=shapes.SubmittedInfo, status=201, repeatable=True)
    def post(self, request: Request) -> HttpResponseBase:
        """Bring a field of a release to a team's stations, once the team has agreed."""
        submitted = services.submit_directive(caller=self.caller(), **self.body(shapes.NewDirective))
        return self.answer(submitted_body(submitted), 200 if submitted.repeated else 201)


@extend_schema(exclude=True)
class RulesView(DirectivesView):
    """The same under the address that programs of the fleet know."""


class OneDirectiveView(FleetView):
    def check_access(self) -> None:
        directive = self.directive()
        if self.request.method not in SAFE_METHODS:
            self.fleet.require(MANAGE_RULES, directive.team_id)

    def directive(self) -> Directive:
        """The directive, as the caller may see it."""
        return visible_directive(user=self.user(), directive_id=self.kwargs["directive_id"])


class DirectiveView(OneDirectiveView):
    @operation("directives_read", answer=shapes.DirectiveInfo)
    def get(self, request: Request, directive_id: UUID) -> HttpResponseBase:
        """One directive."""
        return self.answer(directive_body(self.directive()))

    @operation("directives_change", takes=shapes.ChangedDirective, answer=shapes.SubmittedInfo)
    def patch(self, request: Request, directive_id: UUID) -> HttpResponseBase:
        """Change it, once the team has agreed. What is left out stays."""
        given = self.body(shapes.ChangedDirective)
        return self.answer(
            submitted_body(services.change_directive(caller=self.caller(), directive_id=directive_id, **given))
        )


class WithdrawDirectiveView(OneDirectiveView):
    @operation("directives_withdraw", takes=shapes.WithReason, answer=shapes.SubmittedInfo)
    def post(self, request: Request, directive_id: UUID) -> HttpResponseBase:
        """Take it off the stations for good, once the team has agreed."""
        given = self.body(shapes.WithReason)
        return self.answer(
            submitted_body(services.withdraw_directive(caller=self.caller(), directive_id=directive_id, **given))
        )


class PauseDirectiveView(OneDirectiveView):
    @operation("directives_pause", takes=shapes.WithReason, answer=shapes.DirectiveInfo)
    def post(self, request: Request, directive_id: UUID) -> HttpResponseBase:
        """Leave it out of the editions from now on, at once."""
        given = self.body(shapes.WithReason)
        return self.answer(
            directive_body(services.pause_directive(caller=self.caller(), directive_id=directive_id, **given))
        )


class ResumeDirectiveView(OneDirectiveView):
    @operation("directives_resume", takes=shapes.WithReason, answer=shapes.DirectiveInfo)
    def post(self, request: Request, directive_id: UUID) -> HttpResponseBase:
        """Bring it back as it was, at once."""
        given = self.body(shapes.WithReason)
        return self.answer(
            directive_body(services.resume_directive(caller=self.caller(), directive_id=directive_id, **given))
        )


class RollBackDirectiveView(OneDirectiveView):
    @operation("directives_roll_back", takes=shapes.RollBack, answer=shapes.DirectiveInfo)
    def post(self, request: Request, directive_id: UUID) -> HttpResponseBase:
        """Carry a release again that it carried before, at once."""
        given = self.body(shapes.RollBack)
        return self.answer(
            directive_body(services.roll_back_directive(caller=self.caller(), directive_id=directive_id, **given))
        )


class CoverageView(OneDirectiveView):
    @operation("directives_coverage", answer=shapes.CoverageInfo)
    def get(self, request: Request, directive_id: UUID) -> HttpResponseBase:
        """On how many stations it is in place, and where it is not."""
        directive = self.directive()
        found = coverage_of([directive], self.fleet.tree)[directive.id]
        edition = self.fleet.tree.teams[directive.team_id].number
        counts = {"stations": found.stations, "states": found.states}
        return self.answer({"directive_id": directive.id, "edition": edition, **counts})


class RequestsView(FleetView):
    @operation("requests_list", answer=page_of(shapes.RequestInfo), paged=True, parameters=[TEAM, STATE])
    def get(self, request: Request) -> HttpResponseBase:
        """What waits for a team, or waited: of the teams whose changes I see, and my own."""
        found = request_rows().filter(visible_requests(self.fleet), _filters(request, state=RequestState))
        return self.answer(page(request, found, request_body))


class OneRequestView(FleetView):
    team_action: str | None = None

    def check_access(self) -> None:
        found = visible_request(user=self.user(), request_id=self.kwargs["request_id"])
        if self.team_action is not None:
            self.fleet.require(self.team_action, found.team_id)


class RequestView(OneRequestView):
    @operation("requests_read", answer=shapes.RequestInfo)
    def get(self, request: Request, request_id: UUID) -> HttpResponseBase:
        """One request, with exactly what is decided on."""
        return self.answer(one_request_body(visible_request(user=self.user(), request_id=request_id)))


class DecideRequestView(OneRequestView):
    team_action = APPROVE_CHANGES

    @operation("requests_decide", takes=shapes.NewDecision, answer=shapes.RequestInfo)
    def post(self, request: Request, request_id: UUID) -> HttpResponseBase:
        """Approve or reject what somebody else asked for. The last approval that was missing carries it out."""
        given = self.body(shapes.NewDecision)
        decided = services.decide_request(caller=self.caller(), request_id=request_id, **given)
        return self.answer(one_request_body(decided))


class WithdrawRequestView(OneRequestView):
    @operation("requests_withdraw", answer=shapes.RequestInfo)
    def post(self, request: Request, request_id: UUID) -> HttpResponseBase:
        """Take my own request back."""
        withdrawn = services.withdraw_request(caller=self.caller(), request_id=request_id)
        return self.answer(one_request_body(withdrawn))


class ExceptionsView(FleetView):
    @operation("exceptions_list", answer=page_of(shapes.RequestInfo), paged=True, parameters=[TEAM, STATE])
    def get(self, request: Request) -> HttpResponseBase:
        """Exceptions that were asked for, in whatever state; those that hold are accepted and not revoked."""
        found = request_rows().filter(visible_requests(self.fleet), kind=RequestKind.EXCEPTION)
        return self.answer(page(request, found.filter(_filters(request, state=RequestState)), request_body))

    @operation("exceptions_request", takes=shapes.NewException, answer=shapes.RequestInfo, status=201, repeatable=True)
    def post(self, request: Request) -> HttpResponseBase:
        """Ask that a station may keep another text than a directive's, for a time or until it is revoked."""
        given = {"until": None, **self.body(shapes.NewException)}
        asked = services.request_exception(caller=self.caller(), **given)
        return self.answer(one_request_body(asked), 200 if asked.repeated else 201)


class RevokeExceptionView(OneRequestView):
    team_action = APPROVE_CHANGES

    @operation("exceptions_revoke", takes=shapes.WithReason, answer=shapes.RequestInfo)
    def post(self, request: Request, request_id: UUID) -> HttpResponseBase:
        """End an exception at once."""
        given = self.body(shapes.WithReason)
        revoked = services.revoke_exception(caller=self.caller(), request_id=request_id, **given)
        return self.answer(one_request_body(revoked))


def _filters(request: Request, **choices: Any) -> Q:
    """The filters of a list, by its query. Raises `ValidationFailed`."""
    found = Q()
    if (team := query_text(request, "team", maximum=36)) is not None:
        found &= Q(team=_as_id(team, "team"))
    for name, known in choices.items():
        if (value := query_text(request, name, maximum=20)) is not None:
            if value not in known.values:
                raise ValidationFailed({name: [", ".join(known.values)]})
            found &= Q(**{name: value})
    return found


def _id_in(given: Any, name: str) -> UUID:
    value = given.get(name)
    return _as_id(value if isinstance(value, str) else "", name)


def _as_id(text: str, name: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValidationFailed({name: [_("Give a UUID.")]}) from None
