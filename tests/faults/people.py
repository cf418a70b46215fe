"""A child process that makes accounts with tokens, and prints them: `python -m tests.faults.people [NAME …]`."""

from __future__ import annotations

import json
import sys

NAMES = ("mara", "daniel", "priya", "tomas", "aiko", "lena")


def main() -> None:
    from foundry_site.loading import load_apps

    load_apps()

    from accounts.callers import foundry_caller
    from accounts.services import create_account, create_token

    people = []
    for name in sys.argv[1:] or NAMES:
        user = create_account(caller=foundry_caller("command"), username=name, display_name=name.title())
        _, token = create_token(caller=foundry_caller("command"), name="faults", user_id=user.id)
        people.append({"id": str(user.id), "username": name, "token": token})
    sys.stdout.write(json.dumps(people))


if __name__ == "__main__":
    main()
