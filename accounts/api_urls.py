"""Addresses of accounts under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from accounts import api, users_api

urlpatterns = [
    path("auth/tokens/", api.TokensView.as_view(), name="api_tokens"),
    path("auth/tokens/<uuid:token_id>/", api.TokenView.as_view(), name="api_token"),
    path("me/", api.MeView.as_view(), name="api_me"),
    path("users/", users_api.UsersView.as_view(), name="api_users"),
    path("users/<uuid:user_id>/", users_api.UserView.as_view(), name="api_user"),
    path("users/<uuid:user_id>/deactivate/", users_api.DeactivateUserView.as_view(), name="api_user_deactivate"),
]
