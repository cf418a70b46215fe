"""The page of the frame in which code of modules runs: the same for everybody, with a policy that allows nothing."""

from __future__ import annotations

from csp.constants import NONCE, NONE, SELF
from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

# The frame has an opaque origin: no cookies, storage or requests. Only its own script runs in it, and workers of texts.
POLICY = {
    "default-src": [NONE],
    "script-src": [NONCE],
    "worker-src": ["blob:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-scripts"],
}


@require_safe
@never_cache
@xframe_options_exempt
@csp(POLICY)
def view_frame(request: HttpRequest) -> HttpResponse:
    """GET: the frame. It says nothing of who asks."""
    response = render(request, "automation/view_frame.html")
    response["Referrer-Policy"] = "no-referrer"
    return response
