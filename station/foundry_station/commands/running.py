"""`run`, `sync`, `install-service`: the daemon, one pass of it, and who starts it."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from typing import Final

from foundry_station import outcomes
from foundry_station.commands import CommandFailed, Exit
from foundry_station.commands.context import Context
from foundry_station.daemon import Daemon
from foundry_station.service_files import install
from foundry_station.state import AnotherDaemon

SYNC_SECONDS: Final = 60.0


def run(context: Context) -> int:
    """Keep files until a signal comes."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    for noisy in ("httpx", "websockets", "watchfiles"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        context.state.become_daemon()
    except AnotherDaemon as other:
        raise CommandFailed(str(other), Exit.DRIFT) from other
    asyncio.run(_run(context))
    return Exit.OK


async def _run(context: Context) -> None:
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    await Daemon(context.engine, watches=not context.options.no_watch).run(stop)


def sync(context: Context) -> int:
    """Fetch what is new, bring the files to it, send what waits; drift if a file is not as it should be."""
    context.require_sign_in()
    try:
        context.state.become_daemon()
    except AnotherDaemon:
        context.carry_out()
        context.say("The station that runs does it.")
        context.engine.inspect()
        return _result(context)
    link = asyncio.run(Daemon(context.engine).sync(SYNC_SECONDS))
    if link == "signed_out":
        raise CommandFailed("The server does not know this station any more: foundry-station login", Exit.SIGN_IN)
    if link != "connected":
        raise CommandFailed(f"The server is away: {context.state.setting('link_fault') or 'no answer'}", Exit.AWAY)
    return _result(context)


def _result(context: Context) -> int:
    placements = context.engine.placements()
    wrong = [each for each in placements if each.state in {outcomes.DRIFTED, outcomes.FAILED, outcomes.PENDING}]
    titles = context.engine.plan.directives
    for each in wrong:
        context.say(f"{each.state:9} {titles[each.directive].title}: {', '.join(each.files)}")
    if not wrong:
        context.say(f"{len(placements)} directives are as they should be.")
    context.show({"directives": len(placements), "wrong": [each.directive for each in wrong]})
    return Exit.DRIFT if wrong else Exit.OK


def install_service(context: Context) -> int:
    """Have the machine start the station: systemd or launchd."""
    options = context.options
    for line in install(system=options.system, state=context.state.folder, prints_only=options.print):
        context.say(line)
    return Exit.OK
