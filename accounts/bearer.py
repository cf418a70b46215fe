"""``Authorization: Bearer <personal access token>``. Django REST framework handles session cookies, with CSRF."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.models import PersonalAccessToken, User
from accounts.services import authenticate_token
from kernel.errors import NotAuthenticated, ReadOnlyToken


class BearerAuthentication(BaseAuthentication):
    """First in the list of authentication classes, so that anonymous requests are answered 401 and not 403."""

    def authenticate(self, request: Request) -> tuple[User, PersonalAccessToken] | None:
        """The token's user and the token; None without a bearer token.

        Raises `NotAuthenticated`, and `ReadOnlyToken` for a method that may change something.
        """
        scheme, _separator, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        if not text.strip():
            raise NotAuthenticated(_("The Authorization header has no token."))
        token = authenticate_token(text.strip())
        if token.is_read_only and request.method not in SAFE_METHODS:
            raise ReadOnlyToken
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Foundry"'
