"""A stage adds a part to bundles, and `verify.py` checks it without Foundry."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from publishing.bundle.assembly import verifier_source
from publishing.bundle.parts import BUNDLE_PARTS, BundlePart
from tests.publishing.bundles import (
    Files,
    files_in,
    lines_of,
    project_bundle,
    release_bundle,
    resealed,
    said_of,
    spelled,
    wrong_with,
)
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review, caller_of
from tests.sample_stage.services import add_note

pytestmark = pytest.mark.django_db

NOTES = "notes/notes.jsonl"


@pytest.fixture
def files(review: Review) -> Files:  # noqa: F811 (the fixture)
    add_note(caller=caller_of(review.people["editor"]), project_id=review.project.id, text="Ask the clinic")
    return files_in(release_bundle(review.release()))


def scope_of(files: Files) -> dict[str, object]:
    scope: dict[str, object] = json.loads(json.loads(files["seal.json"])["statement"])
    return scope


def run(verifier: bytes, files: Files, folder: Path) -> tuple[int, str]:
    """Verify an unpacked bundle in another process, without our packages."""
    for name, data in {**files, "verify.py": verifier}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), str(scope_of(files)["key"])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_c99_a_bundle_holds_the_part_and_its_own_verifier_checks_it(files: Files, tmp_path: Path):
    assert [line["text"] for line in lines_of(files[NOTES])] == ["Ask the clinic"]
    assert (scope_of(files)["v"], scope_of(files)["parts"]) == (5, ["sample_stage"])
    assert "<td>Parts</td><td>sample_stage</td>" in files["report.html"].decode()

    status, said = run(files["verify.py"], files, tmp_path)

    assert (status, said.startswith("VALID\n")) == (0, True), said
    assert "the part sample_stage" in said_of(files)


def test_c99_a_part_that_was_changed_and_sealed_again_is_found(files: Files, tmp_path: Path):
    rows = [{**line, "text": "Ask nobody"} for line in lines_of(files[NOTES])]
    forged = resealed({**files, NOTES: spelled(rows)})

    wrong = f"{NOTES}, line 1: the events say something else (text)"
    assert wrong_with(forged) == wrong
    assert run(files["verify.py"], forged, tmp_path) == (1, f"NOT VALID: {wrong}\n")


def test_a_part_that_was_left_out_is_found(files: Files):
    without_file = {name: data for name, data in files.items() if name != NOTES}

    assert wrong_with(resealed(without_file)) == f"{NOTES} is missing"
    assert wrong_with(resealed(without_file, parts=[])) == "seal.json: the part sample_stage is missing"
    unnamed = resealed(without_file, v=3, parts=[])
    assert wrong_with(unnamed) == "seal.json: it names no part"


def test_a_part_that_no_event_asks_for_is_found(review: Review):  # noqa: F811 (the fixture)
    files = files_in(release_bundle(review.release()))
    added = resealed({**files, NOTES: b""}, v=3, parts=["sample_stage"])

    assert wrong_with(added) == "seal.json: no event asks for the part sample_stage"


def test_a_verifier_without_the_stage_says_that_it_cannot_check_the_part(files: Files, tmp_path: Path):
    with BUNDLE_PARTS.replaced({}):
        verifier = verifier_source()

    status, said = run(verifier, files, tmp_path)

    assert status == 1
    assert said.startswith("NOT VALID: NOT CHECKED: the part sample_stage, which this verify.py does not know.")


def test_a_bundle_whose_events_ask_for_no_part_is_the_same_without_the_stage(review: Review):  # noqa: F811
    release = review.release()
    files = files_in(release_bundle(release))
    with BUNDLE_PARTS.replaced({}):
        plain = files_in(release_bundle(release))

    assert scope_of(files)["parts"] == []
    assert {name for name in files if files[name] != plain[name]} == {"verify.py"}


def test_a_project_s_bundle_has_the_part_too(review: Review):  # noqa: F811 (the fixture)
    add_note(caller=caller_of(review.people["editor"]), project_id=review.project.id, text="Ask the clinic")

    files = files_in(project_bundle(review))

    assert NOTES in files
    assert wrong_with(files) is None


def test_a_file_that_belongs_to_no_part_is_found(files: Files):
    assert wrong_with(resealed({**files, "more/of.txt": b"it"})) == "more/of.txt: it belongs to no part of the bundle"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import django\n", "cannot import django"),
        ("import json\n\ndef check_project(facts): ...\n", "check_project is the name of something else"),
    ],
)
def test_a_stage_s_verifier_that_cannot_be_joined_is_refused(tmp_path: Path, source: str, words: str):
    module = ModuleType("its_verifier")
    module.__file__ = str(tmp_path / "its_verifier.py")
    Path(module.__file__).write_text(source)

    with (
        BUNDLE_PARTS.replaced({"its": BundlePart(module, lambda scope: iter(()))}),
        pytest.raises(ValueError, match=words),
    ):
        verifier_source()
