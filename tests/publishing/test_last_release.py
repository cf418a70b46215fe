"""Bundles and project files that the last release of Foundry made still verify."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from drafts.exchange.verification import verify_file
from publishing.bundle.assembly import verifier_source

FOLDER = Path(__file__).with_name("last_release")
KEY = (FOLDER / "key.txt").read_text().strip()
BUNDLES = ["release.zip", "project.zip"]


@pytest.mark.parametrize("name", BUNDLES)
def test_todays_verifier_finds_a_bundle_of_the_last_release_valid(tmp_path: Path, name: str):
    verifier = tmp_path / "verify.py"
    verifier.write_bytes(verifier_source())

    command = [sys.executable, "-I", "-S", str(verifier), KEY, str(FOLDER / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.startswith("VALID\n")


@pytest.mark.django_db
def test_a_project_file_of_the_last_release_verifies():
    with (FOLDER / "project.jsonl").open("rb") as file:
        verified = verify_file(file)

    assert verified.header.current_version == 3
    assert verified.not_compared == {}
