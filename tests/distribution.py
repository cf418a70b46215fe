"""Which worker of pytest-xdist runs what: the tests of a file stay together, for they share what is slow to make."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.services import worker

# Began first, in this order, so that no worker is left with one of these when the others have nothing more to do:
# folders and files by the processor time of their files.
LONGEST = (
    "faults",
    "network",
    "browser",
    "runs/browser",
    "pads/browser",
    "registers/browser",
    "fleet/browser",
    "automation/browser",
    "automation/foreign",
    "replication/browser",
    "fleet/test_real_station.py",
    "runs/test_large_results.py",
    "migrations",
    "proof/test_tables_owner.py",
    "proof/test_tables_application.py",
    "publishing/test_bundle_forgeries.py",
    "foundry_site",
    "gateway/test_flooding.py",
    "proof",
    "rest",
    "publishing",
    "gateway",
)
# The faults share one cluster, which they break; the tests of networks share three sites. Each folder together, and one
# after the other; but for the file that has no sites.
TOGETHER = ("tests/faults/", "tests/network/")
WITHOUT_SITES = "tests/network/test_pure_network.py"
# Its tests stop the nodes that the other faults share, and so come last.
NODES_OF_ITS_OWN = "strange_nodes"
# Each test stands for itself here, and all of them take long.
APART = ("tests/rest/test_schema.py", "tests/rest/test_permissions.py", "tests/rest/test_pages.py")


class FilesTogether(LoadScopeScheduling):  # type: ignore[misc] # without types
    """A worker gets a whole file, or the whole folder of the faults or of the network."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        if file in APART:
            return nodeid
        if file == WITHOUT_SITES:
            return file
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FilesTogether:
    """Distribute by file, in the order of the tests, whatever ``--dist`` says."""
    config.option.loadscopereorder = False
    return FilesTogether(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In a worker, put the longest folders first; the order within them, and of the others, is the seed's."""
    if worker() is not None:
        items.sort(key=lambda item: (_rank(item.path), NODES_OF_ITS_OWN in getattr(item, "fixturenames", ())))


@cache
def _rank(path: Path) -> int:
    here = path.relative_to(Path(__file__).parent)
    places = {here.as_posix(), *(folder.as_posix() for folder in here.parents)}
    return next((rank for rank, place in enumerate(LONGEST) if place in places), len(LONGEST))
