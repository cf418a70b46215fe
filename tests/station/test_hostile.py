"""What a hostile repository, edition or server tries: nothing is written elsewhere, and files are kept on."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from foundry_station import canonical
from foundry_station.files import Replacement, Unusable, look, remove
from foundry_station.places import Machine, NoPlace, place_of
from foundry_station.repositories import Repository
from tests.station.rig import Rig
from tests.station.server import until
from tests.station.test_places import directive
from tests.station.working import connected, holds


@pytest.fixture
def repo(rig: Rig) -> Path:
    subprocess.run(["git", "init", "-q", str(rig.repo)], check=True, timeout=60)
    return rig.repo


def test_a_link_to_git_s_own_file_is_replaced(rig: Rig, repo: Path) -> None:
    (repo / "CLAUDE.md").symlink_to(".git/description")
    before = (repo / ".git" / "description").read_bytes()
    rig.issue(rig.site.directive())
    assert (repo / ".git" / "description").read_bytes() == before
    assert not rig.file.is_symlink()
    assert b"Never." in rig.file.read_bytes()


@pytest.mark.parametrize("target", [".git/hooks", ".git"])
def test_a_link_to_a_folder_of_git_is_not_followed(rig: Rig, repo: Path, target: str) -> None:
    (repo / "docs").symlink_to(target)
    rig.issue(entry := rig.site.directive(destination="file", path="docs/post-checkout"))
    assert not list((repo / ".git").rglob("post-checkout"))
    assert rig.states() == {entry["id"]: "failed"}
    assert [each["reason"] for each in rig.reports("failed")] == ["outside"]


@pytest.mark.parametrize(
    "path",
    [
        ".git./config",
        ".git /config",
        "GIT~1/config",
        ".g\u200cit/config",
        ".git::$INDEX_ALLOCATION/x",
        "a\nb",
        "a\x1bb",
    ],
)
def test_a_path_is_no_other_name_of_git_s_folder_and_one_line(path: str) -> None:
    with pytest.raises(NoPlace, match="path"):
        place_of(directive(destination="file", path=path), Machine(Path("/home/ada")), Repository(Path("/w"), "a/b"))


def test_a_folder_that_became_a_link_since_the_look_is_not_written_through(folder: Path) -> None:
    inside, outside = folder / "repo" / "a" / "b", folder / "outside"
    inside.mkdir(parents=True)
    (outside / "b").mkdir(parents=True)
    (outside / "b" / "there.md").write_bytes(b"theirs")
    path = inside / "new.md"
    replacement = Replacement.of(path, look(path), b"ours")
    (folder / "repo" / "a").rename(folder / "repo" / "moved")
    (folder / "repo" / "a").symlink_to(outside)
    with pytest.raises(Unusable):
        replacement.write()
    there = inside / "there.md"
    with pytest.raises(Unusable):
        remove(there, look(there))
    assert sorted(each.name for each in (outside / "b").iterdir()) == ["there.md"]


def test_a_folder_that_may_only_be_passed_through_is_enough(folder: Path) -> None:
    (folder / "closed" / "repo").mkdir(parents=True)
    (folder / "closed").chmod(0o311)
    try:
        path = folder / "closed" / "repo" / "new.md"
        Replacement.of(path, look(path), b"ours").write()
        assert path.read_bytes() == b"ours"
    finally:
        (folder / "closed").chmod(0o755)


def test_a_path_that_looks_like_a_stage_of_the_index_commits_what_is_its_own(rig: Rig, repo: Path) -> None:
    def git(*arguments: str) -> bytes:
        names = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        return subprocess.run(["git", *names, *arguments], cwd=repo, check=True, capture_output=True, timeout=60).stdout

    (repo / "0:a").write_bytes(b"of 0:a\n")
    (repo / "a").write_bytes(b"of a\n")
    git("add", "-A")
    git("commit", "-qm", "first")
    rig.issue(rig.site.directive(destination="file", path="0:a"))
    assert (repo / "0:a").read_bytes() == b"Never.\n"
    git("commit", "-qam", "second", "--allow-empty")
    assert git("cat-file", "blob", "HEAD:0:a") == b"of 0:a\n"


@pytest.mark.parametrize(
    "members",
    [
        {"mode": "temporary", "timeout_hours": 10**30},
        {"position": 10**40},
        {"title": "a\ud800b"},
        {"starts_at": "0001-01-01T00:00:00+14:00"},
        {"ends_at": "9999-12-31T23:59:59-14:00"},
        {"text": {"sha256": "0" * 64, "size": 10**30}},
    ],
)
def test_a_sealed_edition_with_values_beyond_all_bounds_is_refused(rig: Rig, members: dict[str, Any]) -> None:
    rig.assign()
    content = json.loads(rig.site.edition(1, [rig.site.directive()]).text)
    content["directives"][0] |= members
    assert not rig.take(rig.site.seal_text(json.dumps(content)))
    content |= {"number": 10**25, "directives": []}
    assert not rig.take(rig.site.seal_text(json.dumps(content)))
    assert [each["reason"] for each in rig.reports("refused")] == ["format", "format"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":1,"a":2}', "NaN", '"\\ud800"'])
def test_json_that_is_none_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical.parse(text)


async def test_frames_that_make_no_sense_end_the_connection_only(rig: Rig) -> None:
    async with connected(rig) as (server, _):
        entry = rig.site.directive()
        await server.issue(1, entry)
        await until(lambda: server.state_of(entry) == "in_place", "in place")
        for method, body in (
            ("decided", {"kind": "proposal", "directive_id": "\ud800", "request_id": "x", "state": "rejected"}),
            ("edition", {"text": "x", "key": rig.site.key, "seal": "00", "team": "\ud800"}),
            ("head", {"now": [], "heads": {"x": []}}),
        ):
            await server.send(method, body)
        await until(lambda: server.connections > 1, "it came back")
        rig.file.write_bytes(rig.file.read_bytes().replace(b"Never", b"Always"))
        await until(lambda: holds(rig.file, b"Never."), "kept on")
        await until(lambda: "change_blocked" in server.kinds(), "reported")


def test_a_file_whose_folder_was_removed_is_given_back(rig: Rig) -> None:
    path = rig.repo / "docs" / "rules.md"
    path.parent.mkdir()
    path.write_bytes(b"as it was")
    rig.issue(rig.site.directive(destination="file", path="docs/rules.md"))
    path.unlink()
    path.parent.rmdir()
    rig.issue()
    assert path.read_bytes() == b"as it was"
    assert rig.engine.enforcer.files.all() == []


def test_names_that_a_shell_would_run_are_names(rig: Rig, repo: Path) -> None:
    names = ["a';touch pwned;'.md", "$(touch pwned).md", "-x.md", 'a b"c.md', "*.md", "!x.md", "#y.md"]
    for name in names:
        (repo / name).write_text(f"old {name}")

    def git(*arguments: str) -> bytes:
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        return subprocess.run(["git", *who, *arguments], cwd=repo, check=True, capture_output=True, timeout=60).stdout

    git("add", "-A")
    git("commit", "-qm", "first")
    rig.issue(*[rig.site.directive(destination="file", path=name) for name in names])
    assert set(rig.states().values()) == {"in_place"}
    assert git("status", "--short") == b""
    git("add", "-A")
    assert git("diff", "--cached") == b""
    assert sorted(each.name for each in repo.iterdir()) == sorted([".git", *names])
