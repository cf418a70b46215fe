"""Middlewares for every request, to pages and to the API alike."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve
from django.utils.translation import gettext as _

from accounts.models import User
from foundry_site.observability import logs
from foundry_site.server.site_path import PROBES
from kernel.addresses import is_api_path
from kernel.invisible import reveal

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def probes(get_response: GetResponse) -> GetResponse:
    """Answer health probes before the middlewares that check the host name, TLS and the user.

    Probes go to each node's own address, not through the proxy, and must work while the database is down.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in PROBES:
            return get_response(request)
        response: HttpResponseBase = resolve(request.path_info).func(request)
        return response

    return answer


def no_store(get_response: GetResponse) -> GetResponse:
    """Keep private responses out of every cache, the browser's included (RFC 9111, section 5.2.2.5).

    A response with an ETag may be stored by the client, but must be revalidated before each use, which checks access
    again.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.has_header("ETag"):
            response["Cache-Control"] = "private, no-cache"
        elif "no-store" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "no-store"
        return response

    return answer


def reject_invalid_queries(get_response: GetResponse) -> GetResponse:
    """Refuse a query string with a NUL, which Postgres does not accept; the API itself names the parameter."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") and not is_api_path(request.path_info):
            raise BadRequest(_("The address contains a NUL character."))
        return get_response(request)

    return answer


def log_user(get_response: GetResponse) -> GetResponse:
    """Add the signed-in user to the log records of this request. Must come after the authentication middleware."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        note_user(request)
        return get_response(request)

    return answer


def reveal_invisible(get_response: GetResponse) -> GetResponse:
    """Replace invisible characters in pages by visible marks, because texts and names come from other people."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith("text/html"):
            page = response.content.decode(response.charset)
            shown = reveal(page)
            if shown is not page:
                response.content = shown.encode(response.charset)
        return response

    return answer


def note_user(request: HttpRequest) -> None:
    """Add the user to the log records, if it is already known; never queries the database."""
    known = getattr(request, "_cached_user", None) or vars(request).get("user")
    # Not isinstance: it would make Django load the user of the session.
    if type(known) is User:
        logs.note(user_id=str(known.id))
