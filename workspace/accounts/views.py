"""The list of people, and the page of one; for administrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Concatenate, Final, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Kind, User
from kernel.errors import NotFound, PermissionDenied
from kernel.ijson import check_text
from kernel.site_permissions import may_on_site
from workspace.accounts.listing import LEVELS, STATES, read_accounts
from workspace.decorators import PageRequest, page
from workspace.sections import PERSON_SECTIONS, SectionContext, shown_sections

P = ParamSpec("P")
View = Callable[Concatenate[PageRequest, P], HttpResponseBase]
MAX_OPTIONS: Final = 8


def people_page(*methods: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Decorate a view for those who manage accounts."""

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @page(*methods)
        def guarded(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not may_on_site("manage_users", request.user):
                raise PermissionDenied(_("Only an administrator may do this."))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


@people_page()
def account_list(request: PageRequest) -> HttpResponse:
    """GET `?q=&state=&level=&after=`: the accounts."""
    return show_list(request)


@people_page()
def person(request: PageRequest, user_id: UUID) -> HttpResponse:
    """GET: the page of one account."""
    return person_page(request, user_id)


@people_page()
def options(request: PageRequest) -> HttpResponse:
    """`?successor=`: people with that name who could take over projects, for the list under the field."""
    wanted = check_text(request.GET.get("successor", "").strip(), name="successor")
    found = User.objects.people(wanted).filter(kind=Kind.HUMAN)[:MAX_OPTIONS] if len(wanted) > 1 else []
    return render(request, "workspace/parts/people_options.html", {"people": found})


def show_list(request: PageRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    """The list, with a dialog over it where `more` has one."""
    context = {"found": read_accounts(request.GET), "states": STATES.items(), "levels": LEVELS.items(), **more}
    return render(request, "workspace/people/list.html", context, status=status)


def person_page(
    request: PageRequest,
    user_id: UUID,
    *,
    again: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page of an account, with a dialog over it where `more` has one.

    `again` has values of a section whose form was refused. Raises `NotFound`.
    """
    shown = account_of(user_id)
    sections = shown_sections(PERSON_SECTIONS, SectionContext(request, request.user, person=shown), again)
    context = {
        "person": shown,
        "sections": sections,
        "back": reverse("workspace:person", args=[user_id]),
        **more,
    }
    return render(request, "workspace/people/person.html", context, status=status)


def account_of(user_id: UUID) -> User:
    """An account that people manage. Raises `NotFound`."""
    found = User.objects.managed().filter(pk=user_id).first()
    if found is None:
        raise NotFound(_("Account not found."))
    return found
