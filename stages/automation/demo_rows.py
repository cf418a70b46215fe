"""The rows of the demo's modules: who plays in which scene of Hamlet, its cues, and models that were registered."""

from __future__ import annotations

from typing import Any, Final

_MINUTE: Final = 60_000

CONTACTS: Final = (
    {"name": "Ines Haddad", "email": "ines.haddad@example.org", "department": "stage", "phone": "+41 61 555 01 12"},
    {"name": "Marek Novak", "email": "marek.novak@example.org", "department": "lighting", "phone": "+41 61 555 01 14"},
    {"name": "Ana Silva", "email": "ana.silva@example.org", "department": "sound"},
    {"name": "Li Wei", "email": "li.wei@example.org", "department": "wardrobe"},
)
# The first one is Jane Doe, who is a contact, too.
CAST: Final = (
    {"actor": "Samuel Osei", "role": "Hamlet"},
    {"actor": "Greta Lund", "role": "Gertrude"},
    {"actor": "Paul Brandt", "role": "Claudius"},
    {"actor": "Noor Aziz", "role": "Horatio"},
    {"actor": "Elias Roth", "role": "Polonius"},
    {"actor": "Mina Sato", "role": "Laertes"},
    {"actor": "Viktor Hall", "role": "The ghost"},
)
SCENES: Final = (
    {"title": "The watch", "place": "Battlements", "length": 14 * _MINUTE},
    {"title": "The court", "place": "Hall", "length": 16 * _MINUTE},
    {"title": "The ghost speaks", "place": "Battlements", "length": 11 * _MINUTE},
    {"title": "The nunnery", "place": "Gallery", "length": 12 * _MINUTE},
    {"title": "The play", "place": "Hall", "length": 18 * _MINUTE},
    {"title": "The duel", "place": "Hall", "length": 22 * _MINUTE},
)
# Who plays in which scenes: places in the cast, the first of which is Jane's, and numbers of scenes.
PLAYS: Final = (
    (0, (2, 4, 5)),
    (1, (2, 3, 4, 5, 6)),
    (2, (2, 5, 6)),
    (3, (2, 4, 5, 6)),
    (4, (1, 2, 3, 5, 6)),
    (5, (2, 4)),
    (6, (2, 6)),
    (7, (1, 3)),
)
# Title, department, whether it is called, and the number of its scene.
_CUES: Final = (
    ("House to half", "lighting", True, 1),
    ("Moonlight", "lighting", False, 1),
    ("Bell, twelve", "sound", True, 1),
    ("Trumpets", "sound", True, 2),
    ("Warm hall", "lighting", False, 2),
    ("Ghost light", "lighting", True, 3),
    ("Voice from below", "sound", False, 3),
    ("Curtain of the gallery", "stage", False, 4),
    ("Footlights", "lighting", True, 5),
    ("Torches out", "stage", False, 5),
    ("Cannon", "sound", True, 6),
    ("Blackout", "lighting", True, 6),
)
CUES: Final = tuple({"title": title, "department": where, "called": called} for title, where, called, _of in _CUES)
CUES_IN: Final = tuple(scene for *_facts, scene in _CUES)

MODELS: Final[tuple[dict[str, Any], ...]] = (
    {
        "name": "arbiter-2",
        "provider": "Meridian",
        "purpose": "Grades answers in evaluations",
        "status": "approved",
        "owner": "Priya Raman",
        "review_on": "2027-03-01",
    },
    {
        "name": "ranker-1",
        "provider": "Own",
        "purpose": "Ranks passages of protocol and brochure",
        "status": "assessed",
        "owner": "Daniel Okafor",
        "review_on": "2026-12-15",
    },
    {
        "name": "meridian-large-2025-11",
        "provider": "Meridian",
        "purpose": "Answered until June 2026",
        "status": "retired",
        "owner": "Mara Lindqvist",
    },
)

# How far each requirement is, and who answers for it; of the last two nobody has said it yet.
REQUIREMENTS: Final = {
    "REQ-1": ("Accepted", "Mara Lindqvist"),
    "REQ-2": ("Accepted", "Mara Lindqvist"),
    "REQ-3": ("Accepted", "Daniel Okafor"),
    "REQ-4": ("Accepted", "Daniel Okafor"),
    "REQ-5": ("Accepted", "Mara Lindqvist"),
    "REQ-6": ("Accepted", "Daniel Okafor"),
    "REQ-7": ("Accepted", "Mara Lindqvist"),
    "REQ-8": ("Accepted", "Mara Lindqvist"),
    "REQ-9": ("Draft", "Daniel Okafor"),
    "REQ-10": ("Draft", "Mara Lindqvist"),
    "REQ-11": ("Draft", "Daniel Okafor"),
    "REQ-12": ("Draft", "Mara Lindqvist"),
    "REQ-13": ("Dropped", "Mara Lindqvist"),
    "REQ-14": ("Draft", "Daniel Okafor"),
}
