"""Accounts over REST: who is there, and what administrators change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from accounts import serializers as shapes
from accounts.callers import Caller
from accounts.models import User
from accounts.rest import SiteView
from accounts.serializers import account_body, managed_body
from accounts.services import create_account, deactivate_account, update_account
from accounts.sign_in import prove_for_token
from kernel.errors import ReauthenticationFailed
from rest.pagination import page
from rest.queries import query_text
from rest.schema import operation, page_of


class ManagedView(SiteView):
    """What administrators change."""

    site_permission = "manage_users"

    def proven(self, shape: type[serializers.Serializer[Any]]) -> tuple[Caller, dict[str, Any]]:
        """The caller, proven by the `proof` in the body where it has one, and the other members.

        Raises `ReauthenticationFailed` for a wrong proof.
        """
        self.check_access()
        given = self.body(shape)
        proof = given.pop("proof", None)
        if proof is None:
            return self.caller(), given
        plain = self.request._request  # noqa: SLF001 (allauth and Django's signals take Django's own request)
        username, password = self.user().username, proof["password"]
        if prove_for_token(plain, username=username, password=password, otp=proof.get("otp")) != self.user():
            raise ReauthenticationFailed(_("This is not your password."))
        return replace(self.caller(), proven_at=timezone.now()), given


class UsersView(ManagedView):
    search: ClassVar = OpenApiParameter("search", str, description="A part of the user name or the display name.")

    @operation("users_list", answer=page_of(shapes.Account), paged=True, parameters=[search])
    def get(self, request: Request) -> HttpResponseBase:
        """List the people and programs that have an open account."""
        text = query_text(request, "search", maximum=150) or ""
        return self.answer(page(request, User.objects.people(text), account_body))

    @operation("users_create", takes=shapes.NewAccount, answer=shapes.ManagedAccount, status=201)
    def post(self, request: Request) -> HttpResponseBase:
        """Make an account. Administrators only."""
        caller, given = self.proven(shapes.NewAccount)
        return self.answer(managed_body(create_account(caller=caller, **given)), 201)


class UserView(ManagedView):
    @operation("users_update", takes=shapes.ChangedAccount, answer=shapes.ManagedAccount)
    def patch(self, request: Request, user_id: UUID) -> HttpResponseBase:
        """Change an account. Administrators only; the last one keeps that right."""
        caller, given = self.proven(shapes.ChangedAccount)
        return self.answer(managed_body(update_account(caller=caller, user_id=user_id, **given)))


class DeactivateUserView(ManagedView):
    @operation("users_deactivate", takes=shapes.ClosedAccount, answer=shapes.ManagedAccount)
    def post(self, request: Request, user_id: UUID) -> HttpResponseBase:
        """Close an account: its sessions, tokens and stations end at once, and its name stays on record."""
        caller, given = self.proven(shapes.ClosedAccount)
        return self.answer(managed_body(deactivate_account(caller=caller, user_id=user_id, **given)))
