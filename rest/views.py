"""The base of every REST view: read the request strictly, answer JSON. `accounts.rest` adds authentication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import ErrorDetail
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.errors import ValidationFailed
from rest.parsers import Body


class JSONView(APIView):
    """A view parses the request, calls one service or reads once, and renders the result."""

    # Methods that need no sign-in. They ignore cookies and tokens, because the body has all they need.
    anonymous_methods: frozenset[str] = frozenset()
    http_method_names: Sequence[str] = ("get", "post", "put", "patch", "delete", "head")

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [] if self._is_anonymous() else super().get_authenticators()

    def get_permissions(self) -> Sequence[BasePermission]:
        return [AllowAny()] if self._is_anonymous() else [IsAuthenticated()]

    def _is_anonymous(self) -> bool:
        request: HttpRequest | Request | None = getattr(self, "request", None)
        return request is not None and request.method in self.anonymous_methods

    def body(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The body's members, checked against their shape. Raises `ValidationFailed` by field."""
        serializer = shape(data=self.parsed())
        if not serializer.is_valid():
            raise ValidationFailed(dict(_by_field(serializer.errors)))
        return dict(serializer.validated_data)

    def parsed(self) -> Body:
        """The body as a JSON object; an empty one if there is no body."""
        data = self.request.data
        return data if isinstance(data, Body) else Body({})

    def answer(self, data: Any, status: int = 200, *, etag: str | None = None) -> HttpResponseBase:
        """Render ``data``; with an ``etag`` (including its quotes), answer 304 to a client that has it already."""
        response = Response(data, status=status)
        if etag is None:
            return response
        response["ETag"] = etag
        conditional = get_conditional_response(self.request._request, etag=etag, response=response)  # noqa: SLF001
        return conditional or response


def idempotency_key(request: Request) -> UUID | None:
    """The UUID in the header `Idempotency-Key`; None without one. Raises `ValidationFailed`."""
    text = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if text is None:
        return None
    try:
        key = UUID(text)
    except ValueError:
        key = None
    if key is None or str(key) != text.lower():
        raise ValidationFailed({"Idempotency-Key": [_("Give a UUID.")]})
    return key


def _by_field(errors: Mapping[str, Any], prefix: str = "") -> list[tuple[str, list[str]]]:
    """Flatten a serializer's errors, with names such as ``changes.prompt_text`` for nested ones."""
    found: list[tuple[str, list[str]]] = []
    for name, problem in errors.items():
        path = "body" if name == "non_field_errors" and not prefix else f"{prefix}{name}"
        if isinstance(problem, Mapping):
            found += _by_field(problem, f"{path}.")
        else:
            texts = [str(text) for text in problem if isinstance(text, ErrorDetail)]
            found.append((path, texts or [_("Something inside it is wrong.")]))
    return found
