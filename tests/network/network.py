"""A network of real sites, as somebody uses it who tests Foundry from outside.

with TestNetwork() as network:
    basel, lyon = network.add_peer("Basel"), network.add_peer("Lyon")
    network.connect(basel, lyon)
    network.partition({basel}, {lyon})
    network.heal()
    network.wait_for_sync()
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from foundry_site.launcher.lines import Line, Lines, Recording, has_local_port
from tests.network.site import MOST_SITES, Site
from tests.network.verifying import Verifying, verify
from tests.patience import PATIENCE, until

NAMES: Final = ("Basel", "Lyon", "Cork", "Graz", "Osaka")
# Owner at each site; every one of them is another person, with an account at their own site only.
OWNERS: Final = {"Basel": "mara", "Lyon": "daniel", "Cork": "priya", "Graz": "tomas", "Osaka": "aiko"}


class NotSettledError(AssertionError):
    """The sites did not come together in time."""


class TestNetwork:
    """Sites with one project, whose home is the first of them.

    Where it is `measured`, nodes start and pause as in life (`tests/network/loaded.py`).
    """

    __test__ = False

    def __init__(self, *, measured: bool = False) -> None:
        self._measured = measured
        self.sites: dict[str, Site] = {}
        self.project = ""
        self._folder = Path(tempfile.mkdtemp(prefix="foundry-network-"))
        self._numbers = iter(range(MOST_SITES))
        self.lines = Lines(self._source_of)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every site and every line."""
        for site in self.sites.values():
            for node in site.nodes:
                node.ask_to_go()
        for site in self.sites.values():
            site.remove()
        self.lines.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def add_peer(self, name: str = "", *, start: bool = True, clock: float = 0.0, **variables: str) -> Site:
        """A further site, with an owner of projects who is its administrator."""
        name = name or next(each for each in NAMES if each not in self.sites)
        folder = self._folder / name
        folder.mkdir()

        def lead(port: int) -> None:
            self.lines.lead(name, port)

        site = Site(name, next(self._numbers), folder, self.lines.open_front(name), lead)
        site.starts_from_copies = not self._measured
        self.sites[name] = site
        if clock:
            site.set_clock(clock)
        site.configure(**variables)
        # It is loaded while the owner gets an account.
        site.add_node()
        owner = OWNERS.get(name, name.lower())
        site.add_people(owner, administrators=[owner])
        site.owner = site.people[owner]
        if start:
            site.start()
        return site

    def add_peers(self, count: int, **variables: str) -> list[Site]:
        """So many sites, which start together."""
        sites = [self.add_peer(start=False, clock=0.0, **variables) for _ in range(count)]
        for site in sites:
            site.launch()
        for site in sites:
            site.wait()
        return sites

    def reset(self) -> None:
        """Restore what the first test found: running sites with right clocks, whole lines, and no tries counted."""
        for site in self.sites.values():
            site.recover()
        self._end_project()
        self.lines.restore(itertools.starmap(self.lines.line, itertools.permutations(["", *self.sites], 2)))
        for site in self.sites.values():
            site.forget_tries()

    def _end_project(self) -> None:
        """End what they have in common: sites dial each other, and count refusals, as long as they have a project."""
        self.partition(*([site] for site in self.sites.values()))
        if self.project:
            for site in filter(self.is_member, self.sites.values()):
                for each in site.owner.get(f"projects/{self.project}/sites/")["results"]:
                    if each["admitted_at"] and not each["revoked_at"]:
                        path = f"projects/{self.project}/sites/{each['key']}/revoke/"
                        site.owner.post(path, {"reason": "The test is over"})
        self.project = ""

    def begin_project(self, home: Site, *, name: str = "Network") -> str:
        """A further project that the sites may share, at its home; its id."""
        self.project = home.owner.make_project(name)
        return self.project

    def share(self, home: Site, *others: Site, copies: bool = False) -> str:
        """A further project at its home, joined by the others, which admit each other; its id."""
        self.begin_project(home)
        for other in others:
            self.connect(home, other, copies=copies)
        self.admit_everybody(*others)
        return self.project

    def connect(self, home: Site, other: Site, *, rights: str = "writes", copies: bool = False) -> None:
        """Let `home` invite the other site, whose administrator joins; or restore the lines if it has joined."""
        self.lines.restore(self.lines.between(home.name, other.name))
        if not self.project:
            self.begin_project(home)
        if not self.is_member(other):
            self.join(other, self.invite(home, rights=rights, copies=copies))

    def invite(self, site: Site, *, rights: str = "writes", copies: bool = False) -> str:
        """The text of an invitation."""
        path = f"projects/{self.project}/sites/invitations/"
        text: str = site.owner.post(path, {"rights": rights, "copies": copies})["text"]
        return text

    def join(self, site: Site, invitation: str) -> None:
        site.owner.post("projects/join/", {"invitation": invitation})

    def members(self) -> tuple[Site, ...]:
        """The sites that have the project."""
        return tuple(filter(self.is_member, self.sites.values()))

    def is_member(self, site: Site) -> bool:
        return site.owner.request("GET", f"v1/projects/{self.project}/").status == 200

    def is_linked(self, site: Site, other: Site) -> bool:
        """Whether a site has a link with another one."""
        query = "SELECT 1 FROM replication_peer WHERE project_id = %s AND name = %s AND connected_at IS NOT NULL"
        return bool(site.rows(query, [self.project, other.name]))

    def admit_everybody(self, *sites: Site) -> None:
        """Let each of these sites, or of all that have joined, admit the others, which somebody introduces to it."""
        for site, other in itertools.permutations(sites or self.members(), 2):
            found = self.seen_at(site, other)
            if not found["admitted_at"]:
                self.decide(site, other, "admit", rights="writes", copies=False)

    def seen_at(self, site: Site, other: Site) -> dict[str, Any]:
        """What a site says of another one, once it has heard of it."""
        found: dict[str, dict[str, Any]] = {}

        def is_known() -> bool:
            listed = site.owner.get(f"projects/{self.project}/sites/")["results"]
            found.update({each["name"]: each for each in listed})
            return other.name in found

        until(is_known, f"{site.name} knows {other.name}")
        return found[other.name]

    def decide(self, site: Site, other: Site, act: str, **body: Any) -> Any:
        """Let the owner at a site decide about another one: `admit`, `rights`, `revoke`, `follow`."""
        key = self.seen_at(site, other)["key"]
        return site.owner.post(f"projects/{self.project}/sites/{key}/{act}/", body)

    def disconnect(self, one: Site, other: Site) -> None:
        """Cut the lines between two sites, in both directions."""
        self.lines.cut(self.lines.between(one.name, other.name))

    def partition(self, *groups: Iterable[Site]) -> None:
        """Cut the lines between sites of different groups, and restore those within a group."""
        named = [{site.name for site in group} for group in groups]
        for one, other in itertools.combinations(self.sites, 2):
            lines = self.lines.between(one, other)
            if any({one, other} <= group for group in named):
                self.lines.restore(lines)
            else:
                self.lines.cut(lines)

    def heal(self, *pairs: tuple[Site, Site]) -> None:
        """Restore the lines of these pairs, or all of them, and let their owners dial now, as the page offers it."""
        for one, other in pairs or list(itertools.combinations(self.sites.values(), 2)):
            self.lines.restore(self.lines.between(one.name, other.name))
        if self.project:
            members = self.members()
            for one, other in pairs or itertools.combinations(members, 2):
                if one in members and other in members:
                    self.dial(one, other)
                    self.dial(other, one)

    @contextmanager
    def recorded(self, *lines: Line) -> Iterator[list[Recording]]:
        """Record every connection that is opened meanwhile over these lines, or over all between sites."""
        lines = lines or tuple(self.lines.line(*pair) for pair in itertools.permutations(self.sites, 2))
        found: list[Recording] = []
        for line in lines:
            line.recordings, line.records = found, True
        try:
            yield found
        finally:
            for line in lines:
                line.recordings, line.records = [], False

    def dial(self, site: Site, other: Site) -> None:
        """Let a site dial another one now, where it has admitted it."""
        for each in site.owner.get(f"projects/{self.project}/sites/")["results"]:
            if each["name"] == other.name and each["admitted_at"] and not each["revoked_at"]:
                site.owner.post(f"projects/{self.project}/sites/{each['key']}/sync/")

    def state_hash(self, site: Site) -> str:
        """The hash of what a site shows of the project's registers."""
        found: str = site.owner.state(self.project)["state_hash"]
        return found

    def wait_for_sync(self, *sites: Site, patience: float = PATIENCE) -> str:
        """Wait until these sites, or all that have joined, have the same operations; their state hash.

        Raises `NotSettledError`.
        """
        chosen = sites or self.members()
        states: dict[str, Mapping[str, Any]] = {}

        def is_settled() -> bool:
            # The others are not asked where two differ: each question costs these sites time.
            states.clear()
            for site in chosen:
                states[site.name] = site.owner.state(self.project)
                if states[site.name]["clock"] != states[chosen[0].name]["clock"]:
                    return False
            return True

        try:
            until(is_settled, "the clocks are equal", patience)
        except AssertionError:
            raise NotSettledError(described({site.name: site.owner.state(self.project) for site in chosen})) from None
        hashes = {name: state["state_hash"] for name, state in states.items()}
        assert len(set(hashes.values())) == 1, f"equal clocks, unequal states: {hashes}"
        found: str = next(iter(hashes.values()))
        return found

    def held(self, site: Site) -> list[dict[str, Any]]:
        """What a site holds back, with the reasons."""
        found: list[dict[str, Any]] = site.owner.get(f"projects/{self.project}/held/")["results"]
        return found

    def conflicts(self, site: Site) -> list[tuple[Any, ...]]:
        """What waits for a decision at a site, by what it is about and what stands side by side."""
        listed = site.owner.conflicts(self.project)
        return sorted(
            (each["kind"], each["subject"], each["table"], each["field"], *(tip["op_id"] for tip in each["tips"]))
            for each in listed
        )

    def assert_same(self, *sites: Site) -> str:
        """Settled, all have one state hash and one list of conflicts; the hash."""
        chosen = sites or self.members()
        found = self.wait_for_sync(*chosen)
        listed = {site.name: self.conflicts(site) for site in chosen}
        first = next(iter(listed.values()))
        assert all(each == first for each in listed.values()), listed
        return found

    def verify(self, *sites: Site) -> None:
        """Let the product's own verifier look at every chain, record and register of these sites, or of all."""
        verify(sites or self.sites.values(), Verifying.everything)

    def verify_new(self) -> None:
        """The same of what is new at each site since the last time."""
        verify(self.sites.values(), Verifying.new)

    def _source_of(self, port: int) -> str:
        """Which site's process has a local port."""
        for site in self.sites.values():
            for node in site.nodes:
                if node.is_running and has_local_port(node.process, port):
                    return site.name
        return ""


def described(states: Mapping[str, Mapping[str, Any]]) -> str:
    """Who has how much of whose chain."""
    return "not settled:\n" + "\n".join(f"  {name}: {state['clock']}" for name, state in states.items())
