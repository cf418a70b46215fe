"""`foundry-station`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from foundry_station import VERSION
from foundry_station.commands import CommandFailed, Exit, asking, files, running, signing
from foundry_station.commands.context import Context, open_context
from foundry_station.sealed import Refused
from foundry_station.state import StateUnavailable

Command = Callable[[Context], int]


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(
        prog="foundry-station",
        description="Keeps the approved texts of a Foundry site in the files that agents on this machine read.",
        epilog="Exit codes: 0 fine, 1 drift, 2 wrong usage, 3 sign in (again), 4 the server is away.",
    )
    top.add_argument("--version", action="version", version=VERSION)
    top.add_argument("--home", type=Path, metavar="FOLDER", help="the folder of the state; also FOUNDRY_STATION_HOME")
    top.add_argument("--system", action="store_true", help="the station of the whole machine, which runs as root")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Command, words: str, *, json: bool = True) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=words, description=words)
        command.set_defaults(run=run)
        if json:
            command.add_argument("--json", action="store_true", help="for programs")
        return command

    login = add("login", signing.login, "sign this station in at a server")
    login.add_argument("server", help="its address")
    login.add_argument("--name", help="how the station is called; by default the machine's name")
    login.add_argument("--key", metavar="FINGERPRINT", help="the site's key, known from elsewhere")
    login.add_argument(
        "--token-file", dest="file", metavar="FILE", help="a token that an administrator made; - reads it"
    )
    login.add_argument(
        "--insecure-http", action="store_true", help="allow plain http, over which others can read along"
    )
    logout = add("logout", signing.logout, "forget the token; what is kept stays kept")
    logout.add_argument("--remove", action="store_true", help="give every file back, as it was before")
    add("status", files.status, "how sign-in, daemon, link and directives are")
    run = add("run", running.run, "keep the files, until it is stopped", json=False)
    run.add_argument("--no-watch", action="store_true", help="find changes by looking every two seconds only")
    for name, command, words in (
        ("watch", files.watch, "keep the files of repositories"),
        ("unwatch", files.unwatch, "give the files of repositories back"),
    ):
        add(name, command, words).add_argument("paths", nargs="+", type=Path, metavar="PATH")
    add("sync", running.sync, "fetch, write and send once, without a daemon")
    diff = add("diff", files.diff, "what differs from the directives, now or in a kept text")
    diff.add_argument("number", nargs="?", type=int, help="of a kept text")
    kept = add("kept", files.kept, "list what was replaced, or show one of the files")
    kept.add_argument("number", nargs="?", type=int, help="of a kept text")
    kept.add_argument("--days", type=int, help="keep texts for so long from now on")
    kept.add_argument("--megabytes", type=int, help="keep at most so much from now on")
    _add_request(add("request", asking.request_change, "propose a change, or ask for an exception", json=False))
    verify = add("verify", files.verify, "prove offline that the files hold what was sealed")
    verify.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    trust = add("trust", signing.trust, "pin a site's key that you have compared, or list the pinned ones")
    trust.add_argument("fingerprint", nargs="?")
    trust.add_argument("--retire", action="store_true", help="obey nothing more that this key seals")
    service = add("install-service", running.install_service, "have the machine start the station", json=False)
    service.add_argument("--print", action="store_true", help="only show it")
    service.add_argument("--system", action="store_true", default=argparse.SUPPRESS, help="for the whole machine")
    return top


def _add_request(request: argparse.ArgumentParser) -> None:
    kinds = request.add_subparsers(required=True, metavar="KIND")
    change = kinds.add_parser("change", help="make what you wrote, and the station replaced, a proposal")
    change.set_defaults(run=asking.request_change)
    change.add_argument("number", nargs="?", type=int, help="of a kept text; by default the newest")
    change.add_argument("--directive", help="which one, where several were altered")
    exception = kinds.add_parser("exception", help="ask that a directive need not be kept here")
    exception.set_defaults(run=asking.request_exception)
    exception.add_argument("directive")
    times = exception.add_mutually_exclusive_group()
    times.add_argument("--until", metavar="TIME", help="such as 2027-01-31T12:00Z; for good without it")
    times.add_argument("--hours", type=float)
    for kind in (change, exception):
        kind.add_argument("-m", "--message", required=True, help="why")
        kind.add_argument("--json", action="store_true", help="for programs")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code."""
    options = parser().parse_args(arguments)
    try:
        context = open_context(options)
        with context.state:
            return int(options.run(context))
    except CommandFailed as error:
        sys.stderr.write(f"{error}\n")
        return int(error.code)
    except (StateUnavailable, Refused) as error:
        sys.stderr.write(f"{error}\n")
        return int(Exit.USAGE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.OK)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
