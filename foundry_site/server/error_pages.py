"""Answers for errors outside of views: problem details for programs, elsewhere a page that needs no database."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults

from kernel.addresses import is_api_path
from kernel.errors import Unavailable, ValidationFailed
from rest.errors import InternalError, as_domain_error, problem_response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to requests that Django refuses before any view, such as for an unknown host."""
    if is_api_path(request.path_info):
        return problem_response(ValidationFailed({"request": [_("This request cannot be read.")]}))
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while Postgres or Redis is unavailable, otherwise 500. Django calls it while it handles the exception."""
    fault = sys.exc_info()[1]
    refusal = as_domain_error(fault) if isinstance(fault, Exception) else None
    if is_api_path(request.path_info):
        return problem_response(refusal or InternalError(_("The error is in the server's log.")))
    if isinstance(refusal, Unavailable):
        response = render(request, "503.html", status=refusal.status)
        response["Retry-After"] = str(refusal.extra["retry_after"])
        return response
    return defaults.server_error(request)
