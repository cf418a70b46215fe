"""`watch`, `unwatch`, `status`, `verify`, `diff`, `kept`: the files, and how they are."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from foundry_station import outcomes
from foundry_station.commands import CommandFailed, Exit
from foundry_station.commands.context import Context
from foundry_station.engine import Placement
from foundry_station.inbox import BROKEN
from foundry_station.outcomes import Outcome
from foundry_station.repositories import open_repository
from foundry_station.state.kept import KeptText
from foundry_station.state.managed import Managed, ManagedFiles
from foundry_station.state.pruning import complete_since, limits_of, set_limits

UNWATCH_SECONDS: Final = 20.0
WRONG = frozenset({outcomes.DRIFTED, outcomes.FAILED, outcomes.PENDING})


def watch(context: Context) -> int:
    """Keep the files of repositories from now on."""
    files = context.engine.enforcer.files
    roots = [_root_of(path) for path in context.options.paths]
    for root in roots:
        files.watch(root)
        found = open_repository(root)
        plain = "" if found.git_dir is not None else ", a plain folder: repositories below it are watched by themselves"
        context.say(f"Watched: {root} ({found.name}{plain})")
    context.carry_out()
    context.show([str(root) for root in roots])
    return Exit.OK


def unwatch(context: Context) -> int:
    """Give the files of repositories back, and keep them no longer."""
    files = context.engine.enforcer.files
    watched = set(files.watched())
    roots = [path.expanduser().absolute() for path in context.options.paths]
    roots = [each if each in watched else _root_of(each) for each in roots]
    if unknown := [str(each) for each in roots if each not in watched]:
        raise CommandFailed(f"Not watched: {', '.join(unknown)}")
    for root in roots:
        files.unwatch(root)
    context.carry_out()
    context.wait_for_files(lambda: _left_below(files, roots), UNWATCH_SECONDS)
    for root in roots:
        context.say(f"No longer watched: {root}")
    context.show([str(root) for root in roots])
    return Exit.OK


def _left_below(files: ManagedFiles, roots: list[Path]) -> list[Managed]:
    """Files below folders that are watched no longer, other than those of a folder that still is."""
    watched = set(files.watched())
    below = [each for root in roots for each in files.below(root)]
    return [each for each in below if watched.isdisjoint(each.path.parents)]


def _root_of(path: Path) -> Path:
    """The repository that a folder is in; the folder itself where it is in none."""
    folder = path.expanduser().resolve()
    if not folder.is_dir():
        raise CommandFailed(f"{path} is no folder.")
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)


def status(context: Context) -> int:
    """How everything is: sign-in, daemon, link, directives."""
    state, engine = context.state, context.engine
    engine.inspect()
    daemon = state.daemon()
    link = state.setting("link") if daemon is not None else None
    placements = engine.placements()
    broken = state.setting("chain") == BROKEN
    facts = {
        "server": state.setting("server"),
        "signed_in": state.setting("token") is not None and link != "signed_out" and not broken,
        "station": state.setting("station"),
        "daemon": daemon,
        "link": link or "away",
        "link_fault": state.setting("link_fault"),
        "editions": engine.authority.numbers(),
        "unsent_reports": engine.enforcer.reports.count_unsent(),
        "chain": "broken" if broken else "intact",
        "watched": [str(each) for each in engine.enforcer.files.watched()],
        "directives": [_as_json(context, each) for each in placements],
    }
    _say_status(context, facts, placements)
    context.show(facts)
    if not facts["signed_in"]:
        return Exit.SIGN_IN
    if any(each.state in WRONG for each in placements):
        return Exit.DRIFT
    return Exit.OK if link == "connected" else Exit.AWAY


def _say_status(context: Context, facts: dict[str, Any], placements: list[Placement]) -> None:
    signed_in = f"signed in at {facts['server']}" if facts["signed_in"] else "NOT SIGNED IN"
    daemon = f"runs as process {facts['daemon']}" if facts["daemon"] is not None else "DOES NOT RUN"
    context.say(f"Station: {signed_in}; the daemon {daemon}; {facts['link'].replace('_', ' ')}.")
    if facts["server"] and not facts["signed_in"]:
        context.say(f"  Sign in again: foundry-station login {facts['server']}")
    elif facts["link_fault"] and facts["link"] != "connected":
        context.say(f"  {facts['link_fault']}")
    if facts["chain"] == "broken":
        context.say("  Its reports do not continue what the server has.")
    if facts["unsent_reports"]:
        context.say(f"  {facts['unsent_reports']} reports wait for the server.")
    for each in placements:
        directive = context.engine.plan.directives[each.directive]
        title = f"{directive.title}, paused" if directive.is_paused else directive.title
        where = ", ".join(each.files) or context.engine.plan.without_place.get(each.directive, "nowhere here")
        until = f" until {each.until:%Y-%m-%d %H:%M} UTC" if each.until else ""
        context.say(f"{each.state:9} {title} ({where}){until}")


def _as_json(context: Context, placement: Placement) -> dict[str, Any]:
    directive = context.engine.plan.directives[placement.directive]
    return {
        "id": placement.directive,
        "title": directive.title,
        "mode": directive.mode,
        "paused": directive.is_paused,
        "state": placement.state,
        "files": list(placement.files),
        "edition": placement.edition,
        "until": placement.until.isoformat() if placement.until else None,
        "reason": context.engine.plan.without_place.get(placement.directive),
    }


def verify(context: Context) -> int:
    """Prove offline that files hold what was sealed: seals, numbers, hashes, chain, and the files themselves."""
    engine = context.engine
    faults = engine.authority.faults()
    chain = engine.enforcer.reports.fault()
    faults += [chain] if chain else []
    if not faults:
        engine.inspect()
    only = [each.expanduser().resolve() for each in context.options.paths]
    found = [
        (outcome, directive, state)
        for path, outcome in engine.outcomes().items()
        if not only or any(path == each or each in path.parents for each in only)
        for directive, state in outcome.states().items()
    ]
    drifted = [(outcome, directive) for outcome, directive, state in found if state in WRONG]
    for fault in faults:
        context.say(f"FAULT    {fault}")
    for outcome, directive in drifted:
        context.say(f"drifted  {outcome.path}: {engine.plan.directives[directive].title}")
    if not faults and not drifted:
        context.say(f"{len(found)} texts are exactly as they were sealed.")
    listed = [{"path": str(outcome.path), "directive": directive} for outcome, directive in drifted]
    context.show({"verified": len(found) - len(drifted), "drifted": listed, "faults": faults})
    return Exit.DRIFT if faults or drifted else Exit.OK


def diff(context: Context) -> int:
    """Show what differs from the directives: in the files now, or in a kept text."""
    number = context.options.number
    changes = list(_changes_now(context) if number is None else _changes_kept(context, number))
    for name, before, after in changes:
        lines = difflib.unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            f"{name} (directive)",
            f"{name} (altered)",
        )
        for line in lines:
            context.say(line.removesuffix("\n"))
    context.show([{"name": name, "directive": before, "altered": after} for name, before, after in changes])
    return Exit.DRIFT if changes and number is None else Exit.OK


def _changes_now(context: Context) -> Iterator[tuple[str, str, str]]:
    context.engine.inspect()
    outcomes_now: list[Outcome] = list({each.path: each for each in context.engine.outcomes().values()}.values())
    for outcome in outcomes_now:
        for choice in outcome.choices:
            expected = choice.expectation.text.decode()
            found = "" if choice.found is None else choice.found.decode(errors="replace")
            if found != expected and outcome.states()[choice.expectation.directive.id] != outcomes.IN_PLACE:
                yield f"{outcome.path}: {choice.expectation.directive.title}", expected, found


def _changes_kept(context: Context, number: int) -> Iterator[tuple[str, str, str]]:
    kept = context.engine.enforcer.kept.get(number)
    if kept is None:
        raise CommandFailed(f"There is no kept text {number}.")
    context.engine.read_plan()
    for part in kept.parts:
        directive = context.engine.plan.directives.get(part.directive)
        expected = context.engine.authority.text(directive.sha256) if directive else ""
        yield f"{kept.path}: {part.title}", expected, part.text or ""


def kept(context: Context) -> int:
    """List what was replaced, or write one of the files as it was to standard output; set how long it is kept."""
    texts = context.engine.enforcer.kept
    options, number = context.options, context.options.number
    try:
        set_limits(context.state, days=options.days, megabytes=options.megabytes)
    except ValueError as error:
        raise CommandFailed(str(error)) from error
    if number is not None:
        found = texts.get(number)
        if found is None:
            raise CommandFailed(f"There is no kept text {number}.")
        sys.stdout.buffer.write(texts.data(found.sha256))
        return Exit.OK
    listed = texts.all()
    for each in listed:
        link = f" (was a link to {each.link})" if each.link else ""
        titles = ", ".join(part.title for part in each.parts)
        context.say(f"{each.id:5}  {each.at}  {each.path}{link}  {titles}".rstrip())
    since, limits = complete_since(context.state), limits_of(context.state)
    context.say(
        f"Kept for {limits.days} days, at most {limits.megabytes} MB; "
        + (f"complete since {since}." if since else "nothing was removed yet.")
    )
    context.show(
        {
            "complete_since": since,
            "days": limits.days,
            "megabytes": limits.megabytes,
            "texts": [_kept_as_json(each) for each in listed],
        }
    )
    return Exit.OK


def _kept_as_json(kept_text: KeptText) -> dict[str, Any]:
    return {
        "id": kept_text.id,
        "path": kept_text.path,
        "at": kept_text.at,
        "sha256": kept_text.sha256,
        "link": kept_text.link,
        "directives": [{"id": part.directive, "title": part.title, "text": part.text} for part in kept_text.parts],
    }
