"""The site's addresses with those of an outside sign-in, which are there only where the environment names one."""

from __future__ import annotations

from django.urls import include, path

from accounts.urls import outside
from foundry_site.urls import handler400, handler500
from foundry_site.urls import urlpatterns as everything

__all__ = ["handler400", "handler500", "urlpatterns"]
urlpatterns = [*everything, path("accounts/", include(outside))]
