"""Whatever is at a path: links, folders, other encodings, no room, no rights. Nothing is lost, and it is said."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from foundry_station.files import ChangedMeanwhile, Kind, Replacement, look, signature
from foundry_station.state import StateUnavailable
from tests.station.rig import Rig

NOBODY = 65534


def failure(rig: Rig) -> list[str]:
    return [each["reason"] for each in rig.reports("failed")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_reported_and_left(rig: Rig, encoding: str) -> None:
    data = "mine, in another encoding\n".encode(encoding)
    rig.file.write_bytes(data)
    directive = rig.site.directive()
    rig.issue(directive)
    rig.round()
    assert rig.file.read_bytes() == data
    assert failure(rig) == ["utf-16" if encoding == "utf-16" else "binary"]
    assert rig.states() == {directive["id"]: "failed"}


def test_a_folder_in_its_place_is_reported_and_left(rig: Rig) -> None:
    (rig.file / "inside").mkdir(parents=True)
    rig.issue(rig.site.directive())
    assert failure(rig) == ["folder"]
    (rig.file / "inside").rmdir()
    rig.file.rmdir()
    rig.round()
    assert rig.file.is_file()


@pytest.mark.parametrize("size", [0, 5 * 1024 * 1024])
def test_an_empty_file_and_a_large_one_are_given_back(rig: Rig, size: int) -> None:
    data = b"0123456789abcde\n" * (size // 16)
    rig.file.write_bytes(data)
    rig.issue(rig.site.directive())
    assert b"Never.\n" in rig.file.read_bytes()
    rig.issue()
    assert rig.file.read_bytes() == data


def test_a_file_keeps_its_permissions(rig: Rig) -> None:
    rig.file.write_bytes(b"mine\n")
    rig.file.chmod(0o640)
    rig.issue(rig.site.directive())
    assert rig.file.stat().st_mode & 0o777 == 0o640


def test_a_link_inside_the_repository_is_followed(rig: Rig) -> None:
    target = rig.repo / "shared" / "agents.txt"
    target.parent.mkdir()
    target.write_bytes(b"mine\n")
    rig.file.symlink_to("shared/agents.txt")
    rig.issue(rig.site.directive())
    assert rig.file.is_symlink()
    assert target.read_bytes().startswith(b"mine\n<!-- FOUNDRY MANAGED")
    rig.issue()
    assert rig.file.is_symlink()
    assert target.read_bytes() == b"mine\n"


def test_a_link_that_leads_out_is_replaced_and_given_back(rig: Rig) -> None:
    outside = rig.folder / "outside.md"
    outside.write_bytes(b"somebody else's\n")
    rig.file.symlink_to(outside)
    rig.issue(rig.site.directive())
    assert not rig.file.is_symlink()
    assert outside.read_bytes() == b"somebody else's\n"
    assert rig.engine.enforcer.kept.all()[0].link == str(outside)
    rig.issue()
    assert rig.file.is_symlink()
    assert rig.file.read_bytes() == b"somebody else's\n"


def test_a_folder_that_is_a_link_out_of_the_repository_is_left(rig: Rig) -> None:
    outside = rig.folder / "elsewhere"
    outside.mkdir()
    (rig.repo / ".github").symlink_to(outside)
    rig.issue(rig.site.directive(destination="copilot"))
    assert list(outside.iterdir()) == []
    assert failure(rig) == ["outside"]


def test_two_places_that_are_one_file_have_one_section(rig: Rig) -> None:
    (rig.repo / "AGENTS.md").write_bytes(b"mine\n")
    rig.file.symlink_to("AGENTS.md")
    rig.issue(rig.site.directive("for Claude"), rig.site.directive("for all", destination="agents"))
    text = (rig.repo / "AGENTS.md").read_bytes()
    assert text.count(b"FOUNDRY MANAGED") == 1
    assert b"for Claude" in text
    assert b"for all" in text
    writes = rig.engine.enforcer.writes
    rig.round()
    assert rig.engine.enforcer.writes == writes
    assert set(rig.states().values()) == {"in_place"}


def test_the_other_name_of_a_file_is_not_written(rig: Rig) -> None:
    other = rig.folder / "other-name.md"
    other.write_bytes(b"mine\n")
    rig.file.hardlink_to(other)
    rig.issue(rig.site.directive())
    assert other.read_bytes() == b"mine\n"
    assert b"Never." in rig.file.read_bytes()


def test_what_is_changed_while_it_is_written_is_looked_at_again(rig: Rig) -> None:
    rig.file.write_bytes(b"one\n")
    found = look(rig.file)
    rig.file.write_bytes(b"two, meanwhile\n")
    with pytest.raises(ChangedMeanwhile):
        Replacement.of(rig.file, found, b"ours\n").write()
    assert rig.file.read_bytes() == b"two, meanwhile\n"
    assert list(rig.repo.iterdir()) == [rig.file]


@pytest.mark.parametrize("theirs", [None, b"theirs, in its place\n"], ids=["removed", "changed"])
def test_what_was_written_counts_although_somebody_is_there_at_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, theirs: bytes | None
) -> None:
    """Otherwise the write is taken for a failed one, or their text for what the station wrote."""
    rig.file.write_bytes(b"one\n")
    rename = os.rename

    def at_once(before: str, after: str, **folders: int) -> None:
        rename(before, after, **folders)
        if theirs is None:
            rig.file.unlink()
        else:
            rig.file.write_bytes(theirs)

    monkeypatch.setattr(os, "rename", at_once)
    written = Replacement.of(rig.file, look(rig.file), b"ours\n").write()
    assert written is not None
    assert signature(rig.file) != written


def test_what_cannot_be_kept_is_not_replaced(rig: Rig) -> None:
    """The state's disk is full."""
    rig.issue(rig.site.directive())
    altered = rig.file.read_bytes().replace(b"Never", b"Always" * 100_000)
    rig.file.write_bytes(altered)
    pages = rig.state.row("PRAGMA page_count")[0]
    rig.state.run(f"PRAGMA max_page_count = {pages}")
    # Random bytes cannot be packed into the room that is left.
    noise = os.urandom(300_000).replace(b"\0", b"x").replace(b"\n", b"y")
    altered = altered.replace(b"Always" * 100_000, noise)
    rig.file.write_bytes(altered)
    with pytest.raises(StateUnavailable):
        rig.round()
    assert rig.file.read_bytes() == altered
    assert rig.kinds() == ["applied"]
    rig.state.run("PRAGMA max_page_count = 1000000")
    rig.round()
    assert b"Never." in rig.file.read_bytes()
    assert rig.engine.enforcer.kept.data(rig.engine.enforcer.kept.all()[0].sha256) == altered


@contextmanager
def as_child(work: Callable[[], None]) -> Iterator[int]:
    """Do something in a child of this process; its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    yield os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_full_disk_of_the_file_leaves_it_as_it_was(rig: Rig) -> None:
    rig.file.write_bytes(b"mine\n" * 1000)

    def write() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        try:
            Replacement.of(rig.file, look(rig.file), b"ours\n" * 1000).write()
        except Exception as error:  # noqa: BLE001 - the child says it by its exit code
            os._exit(7 if getattr(error, "reason", "") == "efbig" else 8)

    with as_child(write) as code:
        assert code == 7
    assert rig.file.read_bytes() == b"mine\n" * 1000
    assert list(rig.repo.iterdir()) == [rig.file]


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: only root can be somebody else")
def test_a_folder_that_may_only_be_read_is_reported() -> None:
    with tempfile.TemporaryDirectory(prefix="foundry-station-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        repo = folder / "repo"
        repo.mkdir()
        (repo / "CLAUDE.md").write_bytes(b"mine\n")

        def write() -> None:
            os.setuid(NOBODY)
            try:
                Replacement.of(repo / "CLAUDE.md", look(repo / "CLAUDE.md"), b"ours\n").write()
            except Exception as error:  # noqa: BLE001 - the child says it by its exit code
                os._exit(7 if getattr(error, "reason", "") == "eacces" else 8)

        with as_child(write) as code:
            assert code == 7
        assert (repo / "CLAUDE.md").read_bytes() == b"mine\n"


def test_a_disk_that_is_full_is_reported_once_and_tried_again(tmp_path: Path) -> None:
    with small_disk() as disk:
        rig = Rig(tmp_path / "station")
        rig.engine.enforcer.files.unwatch(rig.repo)
        rig.repo = disk / "repo"
        rig.repo.mkdir()
        rig.engine.enforcer.files.watch(rig.repo)
        rig.file.write_bytes(b"mine\n")
        filling = disk / "filling"
        fill(filling)
        directive = rig.site.directive("long " * 5000)
        rig.issue(directive)
        rig.round()
        assert rig.file.read_bytes() == b"mine\n"
        assert failure(rig) == ["enospc"]
        assert rig.states() == {directive["id"]: "failed"}
        filling.unlink()
        rig.round(rig.engine.failing())
        assert rig.file.read_bytes().startswith(b"mine\n<!--")
        assert rig.states() == {directive["id"]: "in_place"}
        assert failure(rig) == ["enospc"]
        assert len(rig.reports("applied")) == 1
        rig.state.close()


@contextmanager
def small_disk() -> Iterator[Path]:
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("NOT TESTED: a disk that can be filled is made by root on Linux only")
    with tempfile.TemporaryDirectory(prefix="foundry-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder]
        mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            pytest.skip(f"NOT TESTED: no disk could be mounted: {mounted.stderr.strip()}")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(path: Path) -> None:
    """Leave no byte free."""
    with path.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def test_the_state_is_for_its_person_only(rig: Rig) -> None:
    assert (rig.folder / "state" / "station.db").stat().st_mode & 0o777 == 0o600
    assert (rig.folder / "state").stat().st_mode & 0o777 == 0o700


def test_a_whole_file_is_kept_and_what_was_there_is_given_back(rig: Rig) -> None:
    place = rig.repo / "rules" / "house.md"
    place.parent.mkdir()
    place.write_bytes(b"as it was")
    place.chmod(0o600)
    directive = rig.site.directive("all of it", destination="file", path="rules/house.md")
    rig.issue(directive)
    assert place.read_bytes() == b"all of it"
    place.write_bytes(b"altered")
    rig.round()
    assert place.read_bytes() == b"all of it"
    assert len(rig.reports("change_blocked")) == 1
    rig.issue()
    assert place.read_bytes() == b"as it was"
    assert place.stat().st_mode & 0o777 == 0o600


def test_folders_that_were_made_are_removed_again(rig: Rig) -> None:
    cursor = rig.site.directive(destination="cursor")
    rig.issue(cursor)
    made = rig.repo / ".cursor" / "rules" / "foundry.mdc"
    assert made.read_bytes().startswith(b"---\nalwaysApply: true\n---\n<!-- FOUNDRY MANAGED")
    rig.issue()
    assert list(rig.repo.iterdir()) == []


def test_nothing_is_found_where_nothing_is(rig: Rig) -> None:
    assert look(rig.repo / "none").kind is Kind.ABSENT
