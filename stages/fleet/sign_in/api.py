"""The sign-in of stations over REST: RFC 8628, with JSON bodies."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from rest_framework.request import Request

from accounts.callers import unknown_caller
from accounts.rest import RestView
from audit.keys.sealing import own_fingerprint
from audit.services import site_id
from kernel.errors import ValidationFailed
from rest.schema import operation
from stages.fleet.sign_in import serializers as shapes
from stages.fleet.sign_in.codes import LIFETIME, POLL_INTERVAL
from stages.fleet.sign_in.errors import SignInError
from stages.fleet.sign_in.identity import json_web_keys
from stages.fleet.sign_in.services import SignedIn, begin_device, redeem_device
from stages.fleet.sign_in.tokens import lifetime


class DeviceView(RestView):
    anonymous_methods = frozenset({"POST"})

    @operation("auth_begin_device", takes=shapes.NewDevice, answer=shapes.DeviceCodes)
    def post(self, request: Request) -> HttpResponseBase:
        """Begin the sign-in of a station. A person confirms the code on the page that the answer names."""
        body = self.body(shapes.NewDevice)
        begun = begin_device(caller=unknown_caller(request), machine=body["machine"])
        page = f"{settings.FOUNDRY_ORIGIN or _origin(request)}{reverse('fleet_sign_in:device')}"
        return self.answer(
            {
                "device_code": begun.device_code,
                "user_code": begun.user_code,
                "verification_uri": page,
                "verification_uri_complete": f"{page}?code={begun.user_code}",
                "expires_in": int(LIFETIME.total_seconds()),
                "interval": POLL_INTERVAL,
                "site_key": own_fingerprint(),
            }
        )


class DeviceTokenView(RestView):
    anonymous_methods = frozenset({"POST"})

    @operation(
        "auth_redeem_device",
        takes=shapes.DevicePoll,
        answer=shapes.StationToken,
        others={400: shapes.SignInProblem},
        problems=[400],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Get the token of a sign-in that was confirmed, once; otherwise the answer says why there is none."""
        body = self.body(shapes.DevicePoll)
        if body.get("grant_type", shapes.GRANT_TYPE) != shapes.GRANT_TYPE:
            raise ValidationFailed({"grant_type": [_("Must be “{type}”.").format(type=shapes.GRANT_TYPE)]})
        try:
            signed_in = redeem_device(caller=unknown_caller(request), device_code=body["device_code"])
        except SignInError as refusal:
            return self.answer({"error": refusal.error, "error_description": str(refusal.description)}, 400)
        return self.answer(_token_body(signed_in, request))


@require_safe
def jwks(request: HttpRequest) -> HttpResponseBase:
    """`/.well-known/jwks.json`: the keys by which anybody checks an `id_token`."""
    del request
    return JsonResponse(json_web_keys(), content_type="application/jwk-set+json")


def _token_body(signed_in: SignedIn, request: Request) -> dict[str, Any]:
    station = signed_in.station
    return {
        "access_token": signed_in.access_token,
        "token_type": "Bearer",
        "expires_in": int(lifetime().total_seconds()),
        "id_token": signed_in.id_token,
        "station": {
            "id": station.pk,
            "name": station.name,
            "owner": station.owner.person(),
            "team": {"id": station.team_id, "name": station.team.name},
        },
        "site": {
            "id": site_id(),
            "name": urlsplit(settings.FOUNDRY_URL or _origin(request)).hostname,
            "key": own_fingerprint(),
        },
    }


def _origin(request: Request) -> str:
    return f"{request.scheme}://{request.get_host()}"
