"""What is loaded with its first use: there is something of its name, and nothing loads it before."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from kernel.late import Late, LatePattern, LateView, late_path

NAME = re.compile(r'\bLate(?:Step)?\(\s*"([\w.]+:\w+)"')


class Numbered(View):
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        return HttpResponse(f"page {number}")


@csrf_exempt
def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


@pytest.fixture
def late_site() -> Any:
    site: Any = ModuleType("late_site")
    site.urlpatterns = [
        late_path("numbered/<int:number>/", f"{__name__}:Numbered", name="numbered"),
        late_path("plain/", f"{__name__}:plain", name="plain"),
        late_path("missing/", "tests.kernel.no_such_module:view", name="missing"),
    ]
    return site


def test_a_late_view_answers_as_the_view_does(late_site: Any):
    match = resolve("/numbered/7/", urlconf=late_site)
    request = RequestFactory().get("/numbered/7/")
    assert match.func(request, *match.args, **match.kwargs).content == b"page 7"
    view: Any = match.func
    assert (match.view_name, view.view_class) == ("numbered", Numbered)


def test_what_django_asks_of_a_view_is_the_views_own(late_site: Any):
    view: Any = resolve("/plain/", urlconf=late_site).func
    assert view.csrf_exempt
    assert view(RequestFactory().get("/plain/")).content == b"plain"


def test_an_address_is_found_by_its_name_without_loading_the_view(late_site: Any):
    assert reverse("missing", urlconf=late_site) == "/missing/"
    (checked,) = [each for each in late_site.urlpatterns if each.name == "missing"]
    assert checked.check() == []
    with pytest.raises(ModuleNotFoundError):
        checked.callback(RequestFactory().get("/missing/"))


def test_a_late_function_is_loaded_by_its_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "loaded_late.py").write_text("def double(number):\n    return 2 * number\n")
    monkeypatch.syspath_prepend(tmp_path)
    double = Late("loaded_late:double")
    assert "loaded_late" not in sys.modules
    assert double(21) == 42
    monkeypatch.delitem(sys.modules, "loaded_late")


def test_there_is_something_of_every_late_name():
    names = [each.callback for each in _late_patterns(get_resolver().url_patterns)]
    views = [view for view in names if isinstance(view, LateView)]
    assert len(views) == len(names)
    assert all(callable(view.loaded) for view in views)
    assert all(callable(Late(name).load()) for name in _names_in_sources())


def _late_patterns(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[LatePattern]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _late_patterns(each.url_patterns)
        elif isinstance(each, LatePattern):
            yield each


def _names_in_sources() -> Iterator[str]:
    for app in apps.get_app_configs():
        if Path(app.path).is_relative_to(settings.BASE_DIR) and ".venv" not in Path(app.path).parts:
            for source in Path(app.path).rglob("*.py"):
                yield from NAME.findall(source.read_text())
