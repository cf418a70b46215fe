"""`request`: make an alteration a proposal, or ask for an exception."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any, Final

from foundry_station.commands import CommandFailed, Exit
from foundry_station.commands.context import Context
from foundry_station.daemon import Daemon
from foundry_station.editions import read_time
from foundry_station.outbox import Outbox
from foundry_station.sealed import Refused
from foundry_station.state import AnotherDaemon

ANSWER_SECONDS: Final = 60.0


def request_change(context: Context) -> int:
    """Propose the text that a person wrote in a directive's place; the newest kept one, or the one that is named."""
    context.require_sign_in()
    texts = context.engine.enforcer.kept
    number = context.options.number
    listed = texts.all() if number is None else [found] if (found := texts.get(number)) else []
    chosen = next(
        (
            (each, part)
            for each in listed
            for part in each.parts
            if part.text is not None and context.options.directive in {None, part.directive}
        ),
        None,
    )
    if chosen is None:
        raise CommandFailed("There is no such kept text: foundry-station kept")
    kept, part = chosen
    context.engine.read_plan()
    place = next((t.place for t in context.engine.plan.targets.values() if str(t.place.path) == kept.path), None)
    params = {
        "directive": part.directive,
        "text": part.text,
        "path": place.shown if place else "",
        "repository": place.repository.name if place and place.repository else "",
        "message": context.options.message,
    }
    answer = _ask(context, "change.request", params)
    context.say(f"Proposed as number {answer.get('number', '?')}: {part.title}, {kept.path} as it was at {kept.at}.")
    context.show(answer)
    return Exit.OK


def request_exception(context: Context) -> int:
    """Ask that a directive need not be kept here, for a time or for good."""
    context.require_sign_in()
    options = context.options
    until = None
    try:
        if options.until is not None:
            until = read_time(options.until)
    except Refused as error:
        raise CommandFailed(f"--until: {error}") from error
    if options.hours is not None:
        until = context.engine.clock.now() + timedelta(hours=options.hours)
    context.engine.read_plan()
    params = {
        "directive": _directive(context, options.directive),
        "reason": options.message,
        "until": until.isoformat() if until else None,
    }
    answer = _ask(context, "exception.request", params)
    context.say(f"Asked; the request is {answer.get('state', 'open')}.")
    context.show(answer)
    return Exit.OK


def _directive(context: Context, named: str) -> str:
    """The id of a directive that is named by its id or its title. Raises `CommandFailed`: none, or several."""
    directives = context.engine.plan.directives
    found = [each for each, directive in directives.items() if named in {each, directive.title}]
    if len(found) > 1:
        raise CommandFailed(f"Several directives are called {named}; name one by its id: {', '.join(found)}")
    if not found:
        raise CommandFailed("There is no such directive here: foundry-station status")
    return found[0]


def _ask(context: Context, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """The server's answer, through the daemon's connection or one of our own. Raises `CommandFailed`."""
    state = context.state
    number = Outbox(context.engine).ask(method, params)

    def row() -> Any:
        return state.row("SELECT answer, error FROM asked WHERE id = ?", number)

    try:
        state.become_daemon()
    except AnotherDaemon:
        context.wait_for(lambda: any(row()), ANSWER_SECONDS)
    else:
        asyncio.run(Daemon(context.engine).sync(ANSWER_SECONDS))
    answer, error = row()
    state.run("DELETE FROM asked WHERE id = ?", number)
    if answer is not None:
        found = json.loads(answer)
        return found if isinstance(found, dict) else {}
    if error is not None:
        raise CommandFailed(json.loads(error)["detail"])
    if state.setting("link") == "signed_out":
        raise CommandFailed("The server does not know this station any more: foundry-station login", Exit.SIGN_IN)
    raise CommandFailed("The server is away; nothing was asked.", Exit.AWAY)
