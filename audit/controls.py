"""The controls for regulated use. The number of a control is in the name of every test that proves it.

A stage registers its own beside those of the trunk:

    CONTROLS.register("c31", Control("c31", "every run names its model", "11.10e", stage="runs"))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Control:
    """One promise; `source` is a paragraph of 21 CFR Part 11, of EU Annex 11, or ALCOA+.

    `stage` is the label of the stage that makes the promise; empty for the trunk.
    """

    number: str
    promise: str
    source: str
    stage: str = ""


CONTROLS: Final = Registry[Control]("control")
_TRUNK: Final = tuple(
    Control(number, promise, source)
    for number, promise, source in (
        ("c01", "requirement → test table for this build", "11.10a"),
        ("c02", "any altered, deleted, inserted or reordered event is found by the verifier, and named", "11.10a"),
        ("c03", "complete copy of a project, readable by people and by machines, with hashes", "11.10b"),
        ("c04", "a restored backup verifies; nothing within retention can be removed", "11.10c"),
        (
            "c05",
            (
                "no anonymous endpoint or socket but sign-in, /healthz and /readyz; "
                "deactivation ends sessions, tokens, sockets and locks"
            ),
            "11.10d",
        ),
        (
            "c06",
            "every create, change and removal writes its event in the same transaction; no event, no write",
            "11.10e",
        ),
        (
            "c07",
            "server clock, actor, action, object, before and after; a client can supply neither time nor actor",
            "11.10e",
        ),
        (
            "c08",
            (
                "UPDATE, DELETE and TRUNCATE refused by the database on events, drafts, blobs, attachments, "
                "signatures, ended leases, released rows, checkpoints"
            ),
            "11.10e",
        ),
        ("c09", "project and release state machines: every illegal step refused", "11.10f"),
        ("c10", "permission matrix over pages, REST and WebSocket", "11.10g"),
        ("c11", "address, user agent and kind of client on record; Origin checked", "11.10h"),
        ("c12", "a signature shows printed name, date and time, meaning: on screen, in print, in export", "11.50"),
        (
            "c13",
            "a signature covers content hash, meaning, signer and time; moved to another record it fails",
            "11.70",
        ),
        ("c14", "user names are never reused, users never deleted", "11.100a"),
        (
            "c15",
            (
                "signing asks for both components (name and password or passkey) the first time in a session, at least "
                "the private one after"
            ),
            "11.200a",
        ),
        (
            "c16",
            (
                "nobody signs for another; a password reset by an admin suspends signing until the person proves "
                "themselves"
            ),
            "11.200a",
        ),
        ("c17", "lockout and alert on failed sign-in and failed signing", "11.300d"),
        ("c18", "lost token or device revoked at once", "11.300c"),
        ("c19", "a reason for every revert, take-over, rejection, withdrawal, role change", "Annex 11 §9"),
        ("c20", "a print or export says whether the record changed since its first entry", "Annex 11 §8"),
        ("c21", "author and approver differ; any change after submission voids approvals (four eyes)", "11.10g"),
        ("c22", "who held which field from when to when, for every saved version (lease journal)", "11.10e"),
        (
            "c23",
            "no event is ever attributed to nobody; people, AI agents and services are distinguished; only people sign",
            "ALCOA+",
        ),
        ("c24", "review of the audit trail is itself on record: reviewer, range, findings", "Annex 11 §9"),
    )
)


def register_trunk_controls() -> None:
    """Register the controls that every installation has."""
    for control in _TRUNK:
        CONTROLS.register(control.number, control)
