"""Figures for Prometheus, for whoever has the operator's token."""

from __future__ import annotations

import pytest

from kernel.errors import LockHeld
from tests.writers import Writer


@pytest.mark.django_db
def test_the_figures_need_the_operators_token(client):
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_contention_and_lease_lengths_are_counted(committed_db, client, settings, project, owner, editor, caller_for):
    # Truly committed: a lease's length is counted after its end is.
    holder, other = Writer(caller_for(owner), project), Writer(caller_for(editor), project)
    holder.take()
    with pytest.raises(LockHeld):
        other.take()
    holder.give_back()

    page = client.get("/metrics", headers={"Authorization": f"Bearer {settings.FOUNDRY_METRICS_TOKEN}"})

    text = page.content.decode()
    assert 'foundry_lock_requests_total{outcome="refused"}' in text
    assert 'foundry_lease_seconds_count{reason="cancelled"}' in text
