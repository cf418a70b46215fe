"""A child process that takes somebody's access away: `python -m tests.faults.access close|expire|restore USERNAME`."""

from __future__ import annotations

import sys


def main() -> None:
    from foundry_site.loading import load_apps

    load_apps()

    from datetime import datetime, timedelta

    from django.db.models.functions import Now

    from accounts.actions import TOKEN_CREATED
    from accounts.callers import foundry_caller
    from accounts.models import PersonalAccessToken, User
    from accounts.services import deactivate_account
    from audit.models import Event

    what, username = sys.argv[1:]
    user = User.objects.named(username).get()
    if what == "close":
        deactivate_account(caller=foundry_caller("command"), user_id=user.id)
        return
    token = PersonalAccessToken.objects.get(user=user)
    if what == "expire":
        token.created_at, token.expires_at = Now() - timedelta(days=1), Now()
    else:
        # As on record: whoever verifies the audit trail next finds nothing that was changed.
        said = Event.objects.get(action=TOKEN_CREATED, target_id=str(token.id)).data
        token.created_at, token.expires_at = (
            datetime.fromisoformat(said[each]) for each in ("created_at", "expires_at")
        )
    token.save(update_fields=["created_at", "expires_at"])


if __name__ == "__main__":
    main()
