"""Sign-in pages. Of allauth's addresses only those that Foundry offers; the names are allauth's own."""

from __future__ import annotations

from allauth.account import views
from django.conf import settings
from django.urls import URLPattern, path

urlpatterns: list[URLPattern] = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    # Where the former leads somebody who has no password yet.
    path("password/set/", views.password_set, name="account_set_password"),
]

if settings.FOUNDRY_PUBLIC_SIGNUP:
    urlpatterns.append(path("signup/", views.signup, name="account_signup"))
