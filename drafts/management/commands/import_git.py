"""`manage.py import_git REPO --prompt prompts/system.md … --as USERNAME`: versions from a git repository's commits."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from drafts.exchange.git.history import Selection
from drafts.exchange.git.importing import Report, import_repository
from drafts.exchange.git.repository import Repository
from drafts.exchange.terminal import ProgressLine, caller_named, project_id, refusals
from kernel.invisible import one_line


class Command(BaseCommand):
    help = (
        "Make a version of every commit, by first parents, that touches the prompt, the configuration or a file. "
        "Everything is checked before anything is written; commits that are there already are skipped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repository", type=Path)
        parser.add_argument("--prompt", required=True, help="path of the prompt in the repository, as it is now")
        parser.add_argument("--config", help="path of the model configuration, a JSON object")
        parser.add_argument(
            "--files", action="append", default=[], metavar="PATTERN", help="such as 'corpus/**/*.jsonl'; repeatable"
        )
        parser.add_argument("--revision", default="HEAD", help="the branch or commit whose history is imported")
        parser.add_argument("--as", dest="username", required=True, help="who imports: the author of every version")
        target = parser.add_mutually_exclusive_group()
        target.add_argument("--project", help="name of the project to make, or to go on with; the repository's without")
        target.add_argument("--into", type=project_id, metavar="PROJECT", help="id or name of an existing project")
        parser.add_argument(
            "--keep-broken",
            action="store_true",
            help="import files with a broken syntax without a language, and leave a broken configuration out",
        )
        parser.add_argument("--overwrite", action="store_true", help="also fields that were changed in Foundry since")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["repository"]
        caller = caller_named(options["username"])
        with refusals():
            report = import_repository(
                caller=caller,
                repository=Repository(path),
                selection=Selection(
                    prompt=_plain(options["prompt"]),
                    configuration=_plain(options["config"]) if options["config"] else None,
                    files=tuple(map(_plain, options["files"])),
                ),
                name=options["project"] or path.resolve().name.removesuffix(".git"),
                project_id=options["into"],
                revision=options["revision"],
                keep_broken=options["keep_broken"],
                overwrite=options["overwrite"],
                progress=ProgressLine("commit"),
            )
        self._report(report)

    def _report(self, report: Report) -> None:
        for note in report.notes:
            self.stderr.write(one_line(note))
        made = report.versions
        versions = f"v{made[0]} to v{made[-1]}" if made else "no new version"
        self.stderr.write(
            f"{len(made)} commits imported ({versions}), {report.known} were there already, "
            f"{report.without_effect} changed nothing."
        )
        self.stdout.write(str(report.project_id))


def _plain(path: str) -> str:
    """A path as git spells it: without `./` before it."""
    return str(PurePosixPath(path))
