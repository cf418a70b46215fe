"""`/metrics`: this node's figures for Prometheus, behind a token of the operator's own.

The token is `FOUNDRY_METRICS_TOKEN`, or the one made into the data folder (`metrics_token`, mode 600) on first use. It
reads figures and nothing else, so that a monitoring system needs no account.
"""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from foundry_site.observability.figures import SITE
from kernel.errors import NotAuthenticated


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures in Prometheus' text format; 401 without the token."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    fits = hmac.compare_digest(token.strip().encode(), settings.FOUNDRY_METRICS_TOKEN.encode())
    if scheme.lower() != "bearer" or not fits:
        problem = NotAuthenticated(_("Reading metrics requires the operator's metrics token."))
        return JsonResponse(
            problem.problem(),
            status=problem.status,
            content_type="application/problem+json",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return HttpResponse(generate_latest() + generate_latest(SITE), content_type=CONTENT_TYPE_LATEST)
