"""What an open page asks now and then: who is signed in at this browser, and for how long; and its word of a reader."""

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
    """`{account, idle_left, life_left}`, in seconds. POST: a person is reading, which counts as use.

    The use is noted by `accounts.middleware.BrowserSessions`, as for every act, and only for a session that has not
    ended; one that has is answered 401.
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
