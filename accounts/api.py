"""Tokens, and one's own account."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from accounts import serializers as shapes
from accounts.callers import proven_caller
from accounts.models import PersonalAccessToken
from accounts.rest import RestView
from accounts.serializers import account_body, token_body
from accounts.services import create_token, revoke_token
from accounts.sign_in import prove_for_token
from rest.pagination import page
from rest.schema import operation, page_of


class TokensView(RestView):
    """My tokens. A new one needs user name and password, and a one-time code if the account has that factor."""

    anonymous_methods = frozenset({"POST"})

    @operation("auth_list_tokens", answer=page_of(shapes.Token), paged=True)
    def get(self, request: Request) -> HttpResponseBase:
        """List my personal access tokens, newest first, including ended ones."""
        return self.answer(page(request, PersonalAccessToken.objects.filter(user=self.user()), token_body))

    @operation("auth_create_token", takes=shapes.NewToken, answer=shapes.MadeToken, status=201)
    def post(self, request: Request) -> HttpResponseBase:
        """Create a token for programs. Only this answer contains its text. Does not accept a `client_ref`."""
        body = self.body(shapes.NewToken)
        plain = request._request  # noqa: SLF001 (allauth and Django's signals take Django's own request)
        user = prove_for_token(plain, username=body["username"], password=body["password"], otp=body.get("otp"))
        wanted = {name: body[name] for name in ("name", "scope", "expires_at") if name in body}
        token, text = create_token(caller=proven_caller(request, user), **wanted)
        made = {
            "id": token.id,
            "name": token.name,
            "token": text,
            "scope": token.scope,
            "expires_at": token.expires_at,
        }
        return self.answer(made, 201)


class TokenView(RestView):
    @operation("auth_revoke_token", answer=None, status=204)
    def delete(self, request: Request, token_id: UUID) -> HttpResponseBase:
        """End one of my tokens at once."""
        revoke_token(caller=self.caller(), token_id=token_id)
        return self.answer(None, 204)


class MeView(RestView):
    @operation("me_read", answer=shapes.Account)
    def get(self, request: Request) -> HttpResponseBase:
        """Get the account that I am signed in with."""
        return self.answer(account_body(self.user()))
