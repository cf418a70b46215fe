"""The base of every REST view that knows its caller, and counts the caller's requests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.callers import Caller, caller_from_request
from accounts.client_addresses import address_of_request
from accounts.models import User
from accounts.rate_limits import count_request
from kernel.errors import DomainError, NotFound, PermissionDenied
from kernel.site_permissions import may_on_site
from rest.access import AccessBeforeShape
from rest.views import JSONView, idempotency_key


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How OpenAPI describes `BearerAuthentication`."""

    target_class = "accounts.bearer.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "fdy_…"}


class RestView(JSONView):
    """A view whose answers depend on the caller."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate the caller, and count the request, even if it will be refused. Raises `RateLimited`."""
        address = address_of_request(request._request)  # noqa: SLF001 (Django's own request)
        try:
            super().initial(request, *args, **kwargs)
        except (DomainError, APIException):
            count_request(user_id=None, address=address)
            raise
        user_id = str(request.user.pk) if isinstance(request.user, User) else None
        count_request(user_id=user_id, address=address)

    def user(self) -> User:
        """The signed-in user."""
        return caller_from_request(self.request).user

    def caller(self) -> Caller:
        """The caller, with the ``client_ref`` of the header ``Idempotency-Key``."""
        return replace(caller_from_request(self.request), client_ref=idempotency_key(self.request))


class SiteView(AccessBeforeShape, RestView):
    """A view whose writing methods need a permission on the whole site, `site_permission`."""

    site_permission: str

    def check_access(self) -> None:
        """Raise `PermissionDenied` unless the caller may do what they ask."""
        if self.request.method not in SAFE_METHODS and not may_on_site(self.site_permission, self.user()):
            raise PermissionDenied(_("Only an administrator may do this."))


@extend_schema(exclude=True)
class NothingHere(RestView):
    """The answer at every address under ``/api/`` that does not exist."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Answer every method in the same way."""
        super().initial(request, *args, **kwargs)
        raise NotFound(_("There is nothing at this address. Addresses end with a slash."))
