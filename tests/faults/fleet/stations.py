"""A child process that makes stations, and prints their tokens: `python -m tests.faults.fleet.stations COUNT`."""

from __future__ import annotations

import json
import secrets
import sys


def main() -> None:
    from foundry_site.loading import load_apps

    load_apps()

    from django.utils import timezone

    from accounts.callers import Caller, foundry_caller
    from accounts.services import create_account
    from stages.fleet.models import Team
    from stages.fleet.services import set_team_member
    from stages.fleet.stations.services.enrolling import make_station

    name = secrets.token_hex(4)
    boss = create_account(caller=foundry_caller("command"), username=f"boss-{name}", is_administrator=True)
    caller = Caller(user=boss, via="api", proven_at=timezone.now())
    root = Team.objects.get(parent=None)
    set_team_member(caller=caller, team_id=root.id, user_id=boss.id, role="super_admin")
    tokens = [
        make_station(caller=caller, team_id=root.id, name=f"station-{number}")[1] for number in range(int(sys.argv[1]))
    ]
    sys.stdout.write(json.dumps(tokens))


if __name__ == "__main__":
    main()
