"""A child process that seals the next edition of the root team, and prints its number."""

from __future__ import annotations

import json
import sys


def main() -> None:
    from foundry_site.loading import load_apps

    load_apps()

    from accounts.callers import foundry_caller
    from audit.keys.sealing import ensure_site_key
    from kernel.transactions import write_transaction
    from stages.fleet.events import TEAM_CHANGED
    from stages.fleet.models import Team
    from stages.fleet.services.sealing import seal_edition
    from stages.fleet.services.writing import lock_team

    caller = foundry_caller("command")
    ensure_site_key(caller=caller)
    with write_transaction():
        root = lock_team(Team.objects.get(parent=None).id)
        seal_edition(caller, root, cause=TEAM_CHANGED.name)
    sys.stdout.write(json.dumps(root.number))


if __name__ == "__main__":
    main()
