"""What the documents of pads take in memory, however many pads are opened and written."""

from __future__ import annotations

import gc
import random
import string
from typing import Any

import psutil
import pytest

from stages.pads.documents import DOCUMENTS
from stages.pads.environment import PAD_MEMORY
from tests.exploring import EXPLORES
from tests.pads.world import edit, new_world

# Three times as many as have room; a thousand in `script/check --explore`.
PADS = 1_000 if EXPLORES else 300
# Until then the process takes what it needs for any pad at all.
FIRST = 10
MEBIBYTES = 24
LETTERS = 20_000


@pytest.mark.generated
@pytest.mark.usefixtures("own_db")
def test_many_pads_in_turn_stay_within_the_limit(settings: Any):
    setattr(settings, PAD_MEMORY, MEBIBYTES)
    limit = MEBIBYTES * 2**20
    world = new_world()
    ed = world.session("ed")
    letters = random.Random(18).choices(string.ascii_letters, k=LETTERS)
    process = psutil.Process()
    most = before = 0
    for number in range(PADS):
        if number == FIRST:
            gc.collect()
            before = process.memory_info().rss
        pad = world.pad()
        edit(ed, pad, 0, (0, 0, "".join(letters)))
        most = max(most, DOCUMENTS.memory)
    gc.collect()
    growth = process.memory_info().rss - before
    assert limit / 2 < most <= limit * 1.1
    assert growth <= limit * 1.1
