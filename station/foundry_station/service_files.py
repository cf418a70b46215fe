"""Services that start a station: systemd's for Linux, launchd's for macOS; of a user, or of the whole machine."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LABEL: Final = "foundry-station"

_UNIT: Final = """\
[Unit]
Description=Foundry station: keeps approved texts in the files that agents read
After=network-online.target

[Service]
ExecStart={command}
Restart=always
RestartSec=2
UMask=0022
{hardening}
[Install]
WantedBy={target}
"""
_HARDENING: Final = """\
NoNewPrivileges=yes
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
"""


def unit(*, system: bool, state: Path) -> str:
    """The text of a systemd unit."""
    command = " ".join(_quoted(part) for part in _command(system=system, state=state))
    target = "multi-user.target" if system else "default.target"
    return _UNIT.format(command=command, hardening=_HARDENING if system else "", target=target)


def property_list(*, system: bool, state: Path) -> str:
    """The text of a launchd property list."""
    content = {
        "Label": LABEL,
        "ProgramArguments": _command(system=system, state=state),
        "RunAtLoad": True,
        "KeepAlive": True,
        "StandardErrorPath": str(state / "station.log"),
    }
    return plistlib.dumps(content).decode()


def install(*, system: bool, state: Path, prints_only: bool) -> Iterator[str]:
    """Write the service and start it; what was done, or is left to do, in lines for a person."""
    mac = sys.platform == "darwin"
    text = property_list(system=system, state=state) if mac else unit(system=system, state=state)
    if prints_only:
        yield text.rstrip("\n")
        return
    path = _path(system=system, mac=mac)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    yield f"Written: {path}"
    for command in _starting(path, system=system, mac=mac):
        line = " ".join(command)
        yield f"Done: {line}" if _succeeds(command) else f"To do: {line}"


def _path(*, system: bool, mac: bool) -> Path:
    if mac:
        folder = Path("/Library/LaunchDaemons") if system else Path.home() / "Library" / "LaunchAgents"
        return folder / f"{LABEL}.plist"
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folder = Path("/etc/systemd/system") if system else config / "systemd" / "user"
    return folder / f"{LABEL}.service"


def _starting(path: Path, *, system: bool, mac: bool) -> list[list[str]]:
    if mac:
        domain = "system" if system else f"gui/{os.getuid()}"
        return [["launchctl", "bootstrap", domain, str(path)]]
    control = ["systemctl"] if system else ["systemctl", "--user"]
    return [[*control, "daemon-reload"], [*control, "enable", "--now", LABEL]]


def _succeeds(command: list[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0


def _command(*, system: bool, state: Path) -> list[str]:
    scope = ["--system"] if system else []
    return [sys.executable, "-I", "-m", "foundry_station", *scope, "--home", str(state), "run"]


def _quoted(part: str) -> str:
    """An argument in a unit: quoted, with specifiers and variables escaped."""
    escaped = part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
