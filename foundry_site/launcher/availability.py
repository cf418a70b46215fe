"""Checks whether the data folder and the port are available."""

from __future__ import annotations

import errno
import socket

from foundry_site.embedded.folder_lock import DataFolderLock
from foundry_site.launcher.console import LaunchError
from foundry_site.launcher.options import RunOptions


def check_folder_and_port(options: RunOptions) -> None:
    """Check the data folder and the ports, before anything is installed.

    Raises:
        EmbeddedServiceError: another Foundry runs on the folder, or it cannot be used.
        LaunchError: something else listens on a port.
    """
    if options.data_dir.exists():
        with DataFolderLock(options.data_dir):
            pass
    check_port(options.port)
    if options.model_port is not None:
        check_port(options.model_port, option="--local-model")


def check_port(port: int, *, option: str = "--port") -> None:
    """Check that the port is free; ``option`` is the one by which another port is chosen.

    Raises:
        LaunchError: something listens on it, or only an administrator may.
    """
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        _check_port(family, address, port, option)


def _check_port(family: socket.AddressFamily, address: str, port: int, option: str) -> None:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As the server does, because connections of a run that has just ended may still exist.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except PermissionError as error:
        raise LaunchError(f"Port {port} needs more rights than this user has; choose another with {option}.") from error
    except OSError as error:
        if family == socket.AF_INET6 and error.errno != errno.EADDRINUSE:
            return
        raise LaunchError(f"Port {port} is taken; choose another with {option}.") from error
