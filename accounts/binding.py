"""Requests of a page are accepted only for the account that the page was rendered for.

A cookie says who is signed in at this browser now; a tab that was opened before may have been somebody else's. So every
page names its account, and sends it back: its script as a header, its forms as a field beside Django's CSRF token, its
socket in the address (`gateway.opening`). `accounts.middleware.AccountBinding` compares, once for all views.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.addresses import is_api_path
from kernel.errors import AnotherAccount, DomainError, NotAuthenticated
from rest.errors import problem_response

HEADER: Final = "X-Page-Account"
FIELD: Final = "page_account"
# The event that an htmx response triggers in the page.
SCRIPT_EVENT: Final = "account-refused"

# How many characters a page shows in one line.
ONE_LINE: Final = 80
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
# Fields that are never shown again: secrets, and values for programs only.
_UNSHOWN: Final = re.compile(
    r"pass|otp|code|token|secret|credential|^id$|_id$|^page_account$|^next$|^_|^shown", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class TypedValue:
    """A value that was typed into a refused form."""

    label: str
    text: str

    @property
    def is_long(self) -> bool:
        """Whether it takes more than one line."""
        return "\n" in self.text or len(self.text) > ONE_LINE


def account_of_page(request: HttpRequest) -> str | None:
    """The account that the page says it was rendered for; None if it does not say."""
    named = request.headers.get(HEADER)
    if (
        named is None
        and request.method == "POST"
        and request.content_type in _FORMS
        and not is_api_path(request.path_info)
    ):
        named = request.POST.get(FIELD)
    return named


def refusal_for(request: HttpRequest) -> DomainError | None:
    """The refusal of a request whose page belongs to another account; None if it is the same, or not named."""
    named = account_of_page(request)
    if named is None:
        return None
    user = request.user if isinstance(request.user, User) else None
    if user is not None and named == str(user.id):
        return None
    if user is None:
        return NotAuthenticated(_("You are signed out. Nothing was changed."))
    words = _("This page was opened by another account. You are now signed in as {name}. Nothing was changed.")
    return AnotherAccount(words.format(name=user.display_name), signed_in=user.person())


def refused(request: HttpRequest, refusal: DomainError) -> HttpResponse | None:
    """The response in the format of the request; None if a redirect to the sign-in form loses nothing."""
    if request.headers.get("HX-Request"):
        # The page is not replaced, so what was typed in it stays.
        response = HttpResponse(status=refusal.status)
        response["HX-Reswap"] = "none"
        response["HX-Trigger"] = json.dumps({SCRIPT_EVENT: {}})
        return response
    if HEADER in request.headers:
        return problem_response(refusal)
    typed = typed_values(request)
    if not typed and isinstance(refusal, NotAuthenticated):
        return None
    context = {"refusal": refusal, "typed": typed}
    return render(request, "another_account.html", context, status=refusal.status)


def typed_values(request: HttpRequest) -> list[TypedValue]:
    """The typed values of the form, for the person to copy; without passwords and codes."""
    return [
        TypedValue(name.replace("_", " ").capitalize(), text)
        for name, texts in request.POST.lists()
        if not _UNSHOWN.search(name)
        for text in texts
        if text.strip()
    ]
