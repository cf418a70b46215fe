"""What this installation is called beside the name of whoever is signed in, where there are several. Apps register it.

INSTALLATION_NAMES.register("replication", name_of_site)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kernel.registry import Registry

# Empty where it needs no name. No query: it is on every page.
INSTALLATION_NAMES: Final = Registry[Callable[[], str]]("name of the installation")


def installation_name() -> str:
    """The first name that is given; empty for none."""
    return next((name for name_of in INSTALLATION_NAMES.values() if (name := name_of())), "")
