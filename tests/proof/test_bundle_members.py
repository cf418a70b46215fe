"""Every member of every file of a bundle, changed one at a time and sealed anew: the bundle's verifier names it.

Sealed anew with the site's own key, which is more than anybody has who owns the database: what is found here is found
because the files do not fit each other, whoever sealed them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache

import pytest

from kernel.canonical import canonical
from publishing.bundle.verifier import chain, ed25519, keys
from publishing.models import Release
from tests.proof.changes import changed, paths_of, without
from tests.publishing.bundles import (
    Files,
    files_in,
    lines_of,
    project_bundle,
    release_bundle,
    resealed,
    spelled,
    wrong_with,
)
from tests.publishing.reviews import Review

pytestmark = pytest.mark.django_db

OF_LINES = (
    "project.json",
    "releases.jsonl",
    "signatures.jsonl",
    "versions.jsonl",
    "members.jsonl",
    "leases.jsonl",
    "events.jsonl",
    "checkpoints.jsonl",
    "keys.jsonl",
)
OF_A_PROJECT = (*OF_LINES, "texts.jsonl", "comments.jsonl", "tasks.jsonl", "policy.jsonl")


@pytest.fixture(autouse=True)
def quick_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same few signatures are checked again and again."""
    signed = lru_cache(None)(ed25519.signed)
    monkeypatch.setattr(chain, "signed", signed)
    monkeypatch.setattr(keys, "signed", signed)


@pytest.fixture
def of_release(told: Review) -> Files:
    return files_in(release_bundle(Release.objects.get(name="1.0.0")))


@pytest.fixture
def of_project(told: Review) -> Files:
    return files_in(project_bundle(told))


def changes_of(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every change of one value, and of the first line also every loss of one, with words for what it is."""
    rows = lines_of(data)
    for number, row in enumerate(rows):
        for path in paths_of(row):
            where = f"line {number + 1}, {path}"
            yield where, spelled([*rows[:number], changed(row, path), *rows[number + 1 :]])
            if number == 0:
                yield f"{where} left out", spelled([without(row, path), *rows[1:]])


def not_named(files: Files, name: str) -> list[str]:
    """The changes of a file which nobody finds, or whose finding names something else."""
    missed = []
    for where, data in changes_of(files[name]):
        found = wrong_with(resealed({**files, name: data}))
        if found is None or name not in found:
            missed.append(f"{where}: {found}")
    return missed


def test_both_bundles_are_valid_as_they_are_and_have_no_other_files(of_release: Files, of_project: Files):
    for files, names in ((of_release, OF_LINES), (of_project, OF_A_PROJECT)):
        assert wrong_with(files) is None
        others = {name for name in files if not name.startswith("content/")} - set(names)
        assert others == {"report.html", "manifest.jsonl", "seal.json", "verify.py"}
        assert all(lines_of(files[name]) for name in names)


@pytest.mark.parametrize("name", OF_LINES)
def test_c02_c20_c21_c22_a_changed_member_of_a_release_s_bundle_is_named(of_release: Files, name: str):
    assert not_named(of_release, name) == []


@pytest.mark.parametrize("name", OF_A_PROJECT)
def test_c15_c16_c19_c23_c24_a_changed_member_of_a_project_s_bundle_is_named(of_project: Files, name: str):
    assert not_named(of_project, name) == []


@pytest.mark.parametrize("name", OF_A_PROJECT)
def test_c02_a_line_left_out_doubled_or_moved_is_named(of_project: Files, name: str):
    rows = lines_of(of_project[name])
    for number in range(len(rows)):
        for made in (
            [*rows[:number], *rows[number + 1 :]],
            [*rows[: number + 1], *rows[number:]],
            [*rows[:number], *rows[number + 1 : number + 2], rows[number], *rows[number + 2 :]],
        ):
            if made != rows:
                found = wrong_with(resealed({**of_project, name: spelled(made)}))
                assert found is not None, f"{name}, line {number + 1}"


@pytest.mark.parametrize("name", ["report.html", "content/prompt_text.md", "content/files/a.md"])
def test_c12_c20_another_word_for_people_is_named(of_release: Files, name: str):
    data = of_release[name]
    for made in (data + b"x", data[:-1], data.replace(b"e", b"a", 1), b""):
        found = wrong_with(resealed({**of_release, name: made}))

        assert found is not None
        assert name in found


def test_c02_a_changed_member_of_the_seal_is_named(of_release: Files, of_project: Files):
    for files in (of_release, of_project):
        statement = json.loads(json.loads(files["seal.json"])["statement"])
        for path in paths_of(statement):
            if path[0] != "manifest":
                made = changed(statement, path)
                assert wrong_with(resealed(files, **made)) is not None, path
        for name in statement:
            rest = {other: value for other, value in statement.items() if other != name}
            seal = {**json.loads(files["seal.json"]), "statement": canonical(rest)}
            assert wrong_with({**files, "seal.json": spelled([seal])}) is not None, name


def test_c02_a_changed_member_of_the_manifest_is_named(of_release: Files):
    for where, data in changes_of(of_release["manifest.jsonl"]):
        assert wrong_with({**of_release, "manifest.jsonl": data}) is not None, where


def test_c13_without_the_private_key_no_change_gets_as_far_as_that(of_project: Files):
    """Whoever owns the database makes manifest and seal fit; the signature over them they cannot make."""
    for name in of_project.keys() - {"verify.py", "manifest.jsonl", "seal.json", "keys.jsonl"}:
        genuine = json.loads(of_project["seal.json"])
        made = resealed({**of_project, name: of_project[name] + b"\n"})
        forged = {**json.loads(made["seal.json"]), "signature": genuine["signature"]}

        assert wrong_with({**made, "seal.json": spelled([forged])}) == "seal.json: its seal does not fit"
