"""The endpoint that open pages poll: who is signed in at this browser, for how long, and whether a person is active."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from kernel.errors import NotAuthenticated
from rest.errors import problem_response


@never_cache
@require_http_methods(["GET", "POST"])
def session_state(request: HttpRequest) -> HttpResponse:
    """Answer `{account, idle_left, life_left}`, in seconds. A POST means that a person is active on the page.

    `accounts.middleware.BrowserSessions` records the use, as for every request of a person, and answers 401 for a
    session that has ended.
    """
    if not isinstance(request.user, User):
        return problem_response(NotAuthenticated(_("You are signed out.")))
    left = request.time_left  # type: ignore[attr-defined]
    return JsonResponse(
        {
            "account": request.user.person(),
            "idle_left": int(left.idle.total_seconds()),
            "life_left": int(left.life.total_seconds()),
        }
    )
