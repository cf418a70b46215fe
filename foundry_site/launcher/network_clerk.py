"""Prepares one site of ``script/network``: `python -m foundry_site.launcher.network_clerk NUMBER`.

It makes the tables, the demo at the first site and an administrator at the others, prints a token for the launcher as
JSON, and takes the token back when its input is closed.
"""

from __future__ import annotations

import json
import secrets
import sys

from foundry_site.launcher.network_site import PLACES, Place


def main(number: int) -> None:
    from foundry_site.loading import load_apps

    load_apps()

    from django.core.management import call_command

    from accounts.callers import foundry_caller
    from accounts.models import User
    from accounts.services import create_token, revoke_token
    from foundry_site.migrating import apply_migrations

    apply_migrations()
    place = PLACES[number]
    if number == 0:
        from django.conf import settings

        call_command("make_demo", url=f"{settings.FOUNDRY_URL}/", verbosity=0)
    elif not User.objects.named(place.username).exists():
        make_administrator(place)
    foundry = foundry_caller("command")
    user = User.objects.named(place.username).get()
    token, text = create_token(caller=foundry, name="script/network", user_id=user.id)
    sys.stdout.write(f"{json.dumps({'token': text})}\n")
    sys.stdout.flush()
    sys.stdin.read()
    revoke_token(caller=foundry, token_id=token.id)


def make_administrator(place: Place) -> None:
    """Somebody who signs in with a password that only the data folder knows."""
    from django.conf import settings

    from accounts.callers import foundry_caller
    from accounts.services import create_account
    from accounts.suspension import restore_signing
    from foundry_site.demo import sign_in_file

    foundry = foundry_caller("command")
    password = secrets.token_urlsafe(12)
    user = create_account(
        caller=foundry,
        username=place.username,
        display_name=place.display_name,
        password=password,
        is_administrator=True,
    )
    restore_signing(caller=foundry, user_id=user.id, reason="The network's launcher made their sign-in")
    account = sign_in_file.DemoAccount(username=place.username, password=password, role="administrator")
    demo = sign_in_file.Demo(url=f"{settings.FOUNDRY_URL}/", project_id="", accounts=[account])
    sign_in_file.write(settings.FOUNDRY_DATA_DIR, demo)


if __name__ == "__main__":
    main(int(sys.argv[1]))
