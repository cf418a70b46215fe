"""What holds for every request, whichever page or endpoint it is for."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def storable_queries(get_response: GetResponse) -> GetResponse:
    """Refuse an address whose query has a NUL, which Postgres cannot be asked about; the API names the parameter."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") and not request.path.startswith("/api/"):
            raise BadRequest("A NUL stands in the address.")
        return get_response(request)

    return answer
