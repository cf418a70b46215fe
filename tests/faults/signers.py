"""A child process that makes people who sign, with passwords and tokens: `python -m tests.faults.signers NAME …`."""

from __future__ import annotations

import json
import sys
from secrets import token_hex

PASSWORD = "correct horse battery staple"


def main() -> None:
    from foundry_site.loading import load_apps

    load_apps()

    from accounts.callers import foundry_caller
    from accounts.services import create_account, create_token
    from accounts.suspension import restore_signing

    people = []
    for name in sys.argv[1:]:
        username = f"{name}-{token_hex(4)}"
        here = foundry_caller("command")
        user = create_account(caller=here, username=username, display_name=name.title(), password=PASSWORD)
        # As if they had chosen their password themselves.
        restore_signing(caller=here, user_id=user.id, reason="It is them")
        _, token = create_token(caller=here, name="faults", user_id=user.id)
        people.append({"id": str(user.id), "username": username, "token": token})
    sys.stdout.write(json.dumps(people))


if __name__ == "__main__":
    main()
