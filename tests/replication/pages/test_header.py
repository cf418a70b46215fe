"""What the header of every page says of this site."""

from __future__ import annotations

from socket import gethostname
from typing import Any

import pytest

from stages.replication.pages.marking import name_of_site


@pytest.mark.parametrize(("name", "shown"), [("Uppsala", "Uppsala"), (gethostname(), "")])
def test_a_site_that_somebody_named_is_named_beside_the_person(settings: Any, name: str, shown: str) -> None:
    settings.FOUNDRY_SITE_NAME = name
    assert name_of_site() == shown
