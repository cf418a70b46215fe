"""The network that all tests here share: three real sites."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_django import DjangoDbBlocker

from tests.network.network import TestNetwork
from tests.network.site import Site


@dataclass(frozen=True)
class Trio:
    """Three sites, linked with each other, that share a project whose home is the first."""

    network: TestNetwork
    a: Site
    b: Site
    c: Site

    @property
    def project(self) -> str:
        return self.network.project

    @property
    def sites(self) -> tuple[Site, Site, Site]:
        return self.a, self.b, self.c


# Until the last test of this folder is done: linked sites have something to do all the time.
@pytest.fixture(scope="package")
def standing_network(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[TestNetwork]:
    """Three sites for all tests here; `trio` sees to it that they run."""
    with TestNetwork() as made:
        with django_db_blocker.unblock():
            made.add_peers(3)
        yield made
        with django_db_blocker.unblock():
            made.verify()


@pytest.fixture
def apart(standing_network: TestNetwork, django_db_blocker: DjangoDbBlocker) -> Iterator[Trio]:
    """The three sites, whose owners have nothing in common yet."""
    with django_db_blocker.unblock():
        sites = tuple(standing_network.sites.values())
        standing_network.reset()
        before = [len(site.output) for site in sites]
        yield Trio(standing_network, *sites)
        # Pytest shows it where the test has failed.
        for site, length in zip(sites, before, strict=True):
            sys.stdout.write(f"--- {site.name}\n{site.output[length:]}")
        standing_network.verify_new()


@pytest.fixture
def trio(apart: Trio) -> Trio:
    """The three sites with a project of this test."""
    apart.network.share(*apart.sites)
    return apart
