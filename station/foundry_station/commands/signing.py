"""`login`, `logout`, `trust`: whom this station obeys."""

from __future__ import annotations

import sys
import time
from typing import Final

import httpx

from foundry_station.commands import CommandFailed, Exit
from foundry_station.commands.context import Context
from foundry_station.inbox import BROKEN
from foundry_station.link.identity import identify
from foundry_station.link.sign_in import (
    Identity,
    ServerAway,
    SignInFailed,
    begin,
    checked_address,
    wait_for_decision,
)

REMOVE_SECONDS: Final = 60.0


def login(context: Context) -> int:
    """Sign this station in: by a code that its person confirms, or by a token that an administrator has made."""
    options = context.options
    try:
        server = checked_address(options.server, insecure=options.insecure_http)
        with httpx.Client() as client:
            if options.file is not None:
                token = sys.stdin.read() if options.file == "-" else open_token(options.file)
                identity = identify(server, token.strip(), options.key)
            else:
                identity = _by_code(context, client, server)
    except SignInFailed as error:
        raise CommandFailed(str(error), Exit.SIGN_IN) from error
    except ServerAway as error:
        raise CommandFailed(str(error), Exit.AWAY) from error
    if options.key is not None and options.key.lower() != identity.key:
        raise CommandFailed(f"The site's key is another one: {identity.key}", Exit.SIGN_IN)
    store(context, identity)
    context.say(f"Signed in at {identity.site_name or server}.")
    context.say(f"The site's key: {identity.key}")
    context.show({"server": server, "station": identity.station, "site": identity.site_name, "key": identity.key})
    return Exit.OK


def _by_code(context: Context, client: httpx.Client, server: str) -> Identity:
    codes = begin(client, server, context.options.name)
    sys.stderr.write(f"Open {codes.page_with_code}\nand compare the code: {codes.user_code}\n")
    if codes.site_key is not None:
        sys.stderr.write(f"and the site's key: {in_groups(codes.site_key)}\n")
    sys.stderr.flush()
    return wait_for_decision(client, server, codes)


def in_groups(fingerprint: str) -> str:
    """A fingerprint in groups of eight, as the page shows it."""
    return " ".join(fingerprint[at : at + 8] for at in range(0, len(fingerprint), 8))


def open_token(path: str) -> str:
    """The token in a file. Raises `CommandFailed`."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 (a name as it was typed)
            return file.read()
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from error


def store(context: Context, identity: Identity) -> None:
    """Remember a sign-in. What was obeyed at the same site goes on until the new station has its own assignment."""
    state, engine = context.state, context.engine
    former = state.setting("station")
    same_site = identity.site is None or identity.site == state.setting("site")
    with state.transaction():
        if not same_site:
            state.run("DELETE FROM sealed")
            state.run("UPDATE keys SET retired = 1")
        state.set(
            server=identity.server,
            token=identity.token,
            token_since=repr(time.time()),
            site=identity.site or state.setting("site"),
            site_name=identity.site_name,
            signed_in_at=repr(time.time()),
            link=None,
            link_fault=None,
        )
        if former != identity.station or state.setting("chain") == BROKEN:
            state.set(station=identity.station, chain=None, former_station=former if same_site else None)
            engine.enforcer.reports.begin_again()
        engine.authority.pin(identity.key, how="login")


def logout(context: Context) -> int:
    """Forget the token; with `--remove` also give every file back."""
    state = context.state
    if not context.options.remove:
        state.set(token=None, link="signed_out", signed_in_at=repr(time.time()))
        context.say("Signed out. Files are kept as they are; give them back with: foundry-station logout --remove")
        return Exit.OK
    with state.transaction():
        state.run("DELETE FROM sealed")
        state.run("DELETE FROM texts")
        state.set(token=None, link="signed_out", signed_in_at=repr(time.time()))
    context.carry_out()
    files = context.engine.enforcer.files
    context.wait_for_files(files.all, REMOVE_SECONDS)
    for root in files.watched():
        files.unwatch(root)
    context.say("Signed out. Every file is as it was before.")
    return Exit.OK


def _retire(context: Context, fingerprint: str) -> bool:
    """With `--retire`: obey nothing more that a pinned key seals; whether it was asked for. Raises `CommandFailed`."""
    if not context.options.retire:
        return False
    if not context.engine.authority.retire(fingerprint):
        raise CommandFailed("No such key is pinned here.")
    return True


def trust(context: Context) -> int:
    """Pin a key that a person has compared, let one go, or show those that are pinned."""
    authority = context.engine.authority
    fingerprint = context.options.fingerprint
    if fingerprint is not None:
        name = fingerprint.lower()
        if len(name) != 64 or set(name) - set("0123456789abcdef"):
            raise CommandFailed("A key is named by its fingerprint: 64 hexadecimal digits.")
        if not _retire(context, name):
            authority.pin(name, how="trust")
    for each in authority.pinned():
        context.say(f"{each.fingerprint}  {each.how}{', retired' if each.retired else ''}")
    context.show([{"key": e.fingerprint, "how": e.how, "retired": e.retired} for e in authority.pinned()])
    return Exit.OK
