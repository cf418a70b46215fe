"""Renders every error as RFC 9457 problem details."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import django_redis.exceptions
import msgspec
import psycopg
import redis.exceptions
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.views import set_rollback

from kernel.errors import (
    DomainError,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    RateLimited,
    Unavailable,
    ValidationFailed,
)

logger = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"

# Raised while PostgreSQL or Redis is down, slow or starting: the outcome is unknown, and a retry may succeed.
STORAGE_AWAY = (
    OperationalError,
    InterfaceError,
    psycopg.OperationalError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.OutOfMemoryError,
    django_redis.exceptions.ConnectionInterrupted,
)


class MethodNotAllowed(DomainError):
    code: ClassVar = "method_not_allowed"
    status: ClassVar = 405
    title: ClassVar = "Not possible at this address"


class NotAcceptable(DomainError):
    code: ClassVar = "not_acceptable"
    status: ClassVar = 406
    title: ClassVar = "Only JSON is spoken here"


class PreconditionFailed(DomainError):
    code: ClassVar = "precondition_failed"
    status: ClassVar = 412
    title: ClassVar = "A header is missing or wrong"


class UnsupportedMediaType(DomainError):
    code: ClassVar = "unsupported_media_type"
    status: ClassVar = 415
    title: ClassVar = "This type of body is not understood here"


class InternalError(DomainError):
    code: ClassVar = "internal_error"
    status: ClassVar = 500
    title: ClassVar = "Foundry made a mistake"


# Exceptions that Django and its REST framework raise.
OF_FRAMEWORK: Mapping[type[Exception], Callable[[str], DomainError]] = {
    exceptions.NotAuthenticated: NotAuthenticated,
    exceptions.AuthenticationFailed: NotAuthenticated,
    exceptions.PermissionDenied: PermissionDenied,
    DjangoPermissionDenied: PermissionDenied,
    exceptions.NotFound: NotFound,
    Http404: NotFound,
    exceptions.MethodNotAllowed: MethodNotAllowed,
    exceptions.NotAcceptable: NotAcceptable,
    exceptions.UnsupportedMediaType: UnsupportedMediaType,
    exceptions.ParseError: lambda detail: ValidationFailed({"body": [detail]}),
}


def problem_response(error: DomainError) -> HttpResponse:
    """Render a refusal, with the headers its status asks for."""
    response = HttpResponse(msgspec.json.encode(error.problem()), status=error.status, content_type=PROBLEM_JSON)
    if isinstance(error, RateLimited | Unavailable):
        response["Retry-After"] = str(error.extra["retry_after"])
    if isinstance(error, NotAuthenticated):
        response["WWW-Authenticate"] = 'Bearer realm="Foundry"'
    return response


def handle_exception(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """Django REST framework's ``EXCEPTION_HANDLER``: turn anything a view raises into a problem."""
    set_rollback()
    error = as_domain_error(exc)
    if error is None:
        logger.error("%s failed", context["request"].path, exc_info=exc)
        got_request_exception.send(sender=None, request=context["request"]._request)  # noqa: SLF001
        error = InternalError(_("The error is in the server's log. Nothing was saved in part."))
    elif isinstance(error, Unavailable):
        logger.warning("%s: %s", context["request"].path, _words_of(error, exc))
    response = problem_response(error)
    if isinstance(error, MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def _words_of(error: Unavailable, exc: Exception) -> str:
    """Which storage is away; or the reason of a refusal for now for which nothing is away."""
    if type(error) is Unavailable:
        return f"{type(exc).__name__} is away: {exc}"
    return f"{error.code}: {error.detail}"


def as_domain_error(exc: Exception) -> DomainError | None:
    """The refusal for an exception; None for a bug."""
    if isinstance(exc, DomainError):
        return exc
    if isinstance(exc, STORAGE_AWAY):
        return Unavailable()
    for kind, meaning in OF_FRAMEWORK.items():
        if isinstance(exc, kind):
            return meaning(str(exc))
    return None
