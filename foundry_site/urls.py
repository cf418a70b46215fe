"""Addresses of the whole site: those that the apps register, and the operators'."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from foundry_site.observability.health import healthz, readyz
from foundry_site.observability.metrics import metrics
from kernel.addresses import PAGE_URLS, included

# One way to sign in, with one limit on failed tries; the admin's own form has none.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    *included(PAGE_URLS),
    path("admin/", admin.site.urls),
    path("api/", include("foundry_site.api_urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]

handler400 = "foundry_site.server.error_pages.bad_request"
handler500 = "foundry_site.server.error_pages.server_error"
