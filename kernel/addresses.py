"""The addresses of the site: each app registers its modules of URL patterns, and `foundry_site` includes them all.

    API_URLS.register("drafts", UrlModule("drafts.urls"))                          # under /api/v1/
    PAGE_URLS.register("accounts", UrlModule("accounts.urls", prefix="accounts/"))  # under /

No two modules may match the same path: which one comes first is not defined.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.urls import URLResolver, include, path

from kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class UrlModule:
    """A module with `urlpatterns`, by its dotted name, and the path that all of them begin with.

    `is_api` says that they are for programs, though they are registered among the pages: errors are problem details.
    """

    name: str
    prefix: str = ""
    is_api: bool = False


API_URLS: Final = Registry[UrlModule]("REST addresses")
PAGE_URLS: Final = Registry[UrlModule]("page addresses")


def is_api_path(path: str) -> bool:
    """Whether a path is for programs: under ``/api/``, or of a module that says so."""
    others = (f"/{module.prefix}" for module in PAGE_URLS.values() if module.is_api)
    return path.startswith(("/api/", *others))


def included(modules: Mapping[str, UrlModule]) -> list[URLResolver]:
    """The URL patterns of registered modules."""
    return [path(module.prefix, include(module.name)) for module in modules.values()]
