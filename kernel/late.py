"""What is loaded with its first use: views by their addresses, and functions that registries hold.

A node answers most requests without most modules of a stage, and each of them takes memory. A stage registers

    late_path("runs/<uuid:run_id>/", "stages.runs.runs_api:RunView", name="api_run")  # among its URL patterns
    RECORD_CHECKS.register("records of runs", Late("stages.runs.verification:check_records"))

What a registry reads of an entry without calling it, such as a label, cannot be late.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern
from django.urls.resolvers import RoutePattern
from django.utils.functional import cached_property


@dataclass(frozen=True, slots=True)
class Late:
    """A function, by `module:name`, whose module is loaded with the first call."""

    name: str

    def load(self) -> Any:
        """The function itself. Raises `ImportError` or `AttributeError` if there is none of that name."""
        module, _, name = self.name.partition(":")
        return getattr(import_module(module), name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.load()(*args, **kwargs)


class LateView:
    """A view by `module:name`, a function or a class, whose module is loaded with the first request."""

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def loaded(self) -> Callable[..., HttpResponseBase]:
        view = Late(self.name).load()
        as_view = getattr(view, "as_view", None)
        loaded: Callable[..., HttpResponseBase] = as_view() if as_view else view
        return loaded

    def __call__(self, request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.loaded(request, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        # Such as `csrf_exempt`, and the `cls` that the API's schema is made from.
        return getattr(self.loaded, name)


class LatePattern(URLPattern):
    """The pattern of a late view; finding addresses by their names does not load it."""

    def __init__(self, route: str, view: LateView, name: str) -> None:
        super().__init__(RoutePattern(route, name=name, is_endpoint=True), view, None, name)
        self._view = view

    @cached_property
    def lookup_str(self) -> str:
        # Django's own asks the view.
        return self._view.name.replace(":", ".")


def late_path(route: str, view: str, *, name: str) -> URLPattern:
    """As `django.urls.path`, for a view function or class by `module:name`."""
    return LatePattern(route, LateView(view), name)
