"""A child process that takes somebody's access away: `python -m tests.faults.access close|expire USERNAME`."""

from __future__ import annotations

import sys


def main() -> None:
    import django

    django.setup()

    from datetime import timedelta

    from django.db.models.functions import Now

    from accounts.callers import foundry_caller
    from accounts.models import PersonalAccessToken, User
    from accounts.services import deactivate_account

    what, username = sys.argv[1:]
    user = User.objects.named(username).get()
    if what == "close":
        deactivate_account(caller=foundry_caller("command"), user_id=user.id)
    else:
        tokens = PersonalAccessToken.objects.filter(user=user)
        tokens.update(created_at=Now() - timedelta(days=1), expires_at=Now())


if __name__ == "__main__":
    main()
