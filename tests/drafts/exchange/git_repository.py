"""A git repository that a test writes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from audit.models import Event
from drafts.exchange.git.history import Selection
from drafts.exchange.git.importing import Report
from drafts.models import Draft
from kernel.errors import ValidationFailed
from projects.models import Project

BOTH = Selection("prompts/system.md", "config.json", ("corpus/*.jsonl",))
PROMPT = Selection("prompts/system.md")


class Repo:
    """A git repository that a test writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, **environment: str) -> str:
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
        people = {
            f"GIT_{who}_{what}": f"{who.title()} {what.title()}"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        dates = {"GIT_AUTHOR_DATE": "2019-03-01T10:00:00+02:00", "GIT_COMMITTER_DATE": "2020-01-01T00:00:00+01:00"}
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            env=settings | people | dates | environment,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def commit(self, files: dict[str, str | bytes | None], message: str = "A commit", **environment: str) -> str:
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message, **environment)
        return self.git("rev-parse", "HEAD")


def drafts(report: Report) -> list[Draft]:
    found = Draft.objects.filter(project=report.project_id).select_related("prompt", "configuration")
    return list(found.order_by("version_number"))


def facts(draft: Draft) -> dict[str, Any]:
    event = Event.objects.get(action="draft.saved", target_id=str(draft.id))
    found = event.data["import"]
    assert isinstance(found, dict)
    return found


def problems(repo: Repo, run: Any, selection: Selection = BOTH, **options: Any) -> str:
    before = Project.objects.count()
    with pytest.raises(ValidationFailed) as refusal:
        run(repo, selection, **options)
    assert Project.objects.count() == before
    return "\n".join(f"{where}: {words[0]}" for where, words in refusal.value.errors.items())
