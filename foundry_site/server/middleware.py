"""What holds for every request, whichever page or endpoint it is for."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve
from django.utils.translation import gettext as _

from accounts.models import User
from foundry_site.observability import logs
from foundry_site.server.site_path import PROBES
from kernel.invisible import reveal

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def probes(get_response: GetResponse) -> GetResponse:
    """Answer what watches this node before anything that asks who, by which name, and over TLS or not.

    It asks each node by its own address, past the proxy, and must hear of a database that does not answer.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in PROBES:
            return get_response(request)
        response: HttpResponseBase = resolve(request.path_info).func(request)
        return response

    return answer


def no_store(get_response: GetResponse) -> GetResponse:
    """Keep what is private out of every cache, the browser's own included (RFC 9111, section 5.2.2.5).

    An answer with an ETag may be kept by whoever asked: it is shown again only after it was asked whether they still
    may see it, and whether it is still true.
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
    """Refuse an address whose query has a NUL, which Postgres cannot be asked about; the API names the parameter."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") and not request.path_info.startswith("/api/"):
            raise BadRequest(_("The address contains a NUL character."))
        return get_response(request)

    return answer


def log_user(get_response: GetResponse) -> GetResponse:
    """Have the log say whose request it is, where a session says so. Stands behind authentication."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        note_user(request)
        return get_response(request)

    return answer


def reveal_invisible(get_response: GetResponse) -> GetResponse:
    """Put a visible mark for every hidden character that a page's text holds: texts and names are other people's."""

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
    """Tell the log who asks, if that is known by now; nobody is looked up for it."""
    known = getattr(request, "_cached_user", None) or vars(request).get("user")
    # Not isinstance: that would have Django look the user of a session up.
    if type(known) is User:
        logs.note(user_id=str(known.id))
