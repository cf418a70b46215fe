"""The load balancer of ``script/cluster``: nginx, if the machine has it, in front of nodes on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from foundry_site.launcher.console import LaunchError

STOP_SECONDS: Final = 10
# Its input is ours and never written to, so that nginx ends with the launcher, even if that is killed.
UNTIL_INPUT_ENDS: Final = '"$@" & nginx=$!; read -r _; kill $nginx; wait $nginx'
# All files of nginx are in the data folder. It stays in the foreground, so that it is our child process.
CONFIGURATION: Final = """\
daemon off;
{user}worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_max_body_size 8m;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
    upstream foundry {{
{servers}
        keepalive 32;
    }}
    upstream foundry_sockets {{
{sockets}
    }}
    server {{
        listen 127.0.0.1:{port};
        listen [::1]:{port};
        location ~ ^(/.+)?/ws/ {{
            proxy_pass http://foundry_sockets;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_read_timeout 90s;
        }}
        location / {{
            proxy_pass http://foundry;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_read_timeout 90s;
            proxy_next_upstream error timeout http_503;
        }}
    }}
}}
"""


def find_nginx() -> str | None:
    """The machine's nginx, or None; also searches the folders of system programs, which may not be in PATH."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def round_robin(
    program: str, data_dir: Path, *, port: int, nodes: Sequence[int], sockets: Sequence[int]
) -> Iterator[None]:
    """Let nginx listen on ``port`` of this machine, and pass requests to the ports of the nodes in turn.

    WebSockets go to the ports ``sockets``.

    Raises:
        LaunchError: nginx does not accept its configuration.
    """
    folder = data_dir / "nginx"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / "nginx.conf"
    file.write_text(configuration(folder, port=port, nodes=nodes, sockets=sockets))
    command = [program, "-p", str(folder), "-c", str(file), "-e", "stderr"]
    tested = subprocess.run([*command, "-t", "-q"], capture_output=True, text=True, check=False)
    if tested.returncode != 0:
        raise LaunchError(f"nginx refuses {file}: {tested.stderr.strip().splitlines()[0]}")
    process = subprocess.Popen(
        ["/bin/sh", "-c", UNTIL_INPUT_ENDS, "sh", *command], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield
    finally:
        try:
            process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def configuration(folder: Path, *, port: int, nodes: Sequence[int], sockets: Sequence[int]) -> str:
    """nginx's configuration for nodes on these ports. A node that does not answer is left out for two seconds."""
    servers, for_sockets = (
        "\n".join(f"        server 127.0.0.1:{node} max_fails=1 fail_timeout=2s;" for node in each)
        for each in (nodes, sockets)
    )
    # As root, its workers would run as a user who cannot enter the data folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    return CONFIGURATION.format(folder=folder, port=port, servers=servers, sockets=for_sockets, user=user)
