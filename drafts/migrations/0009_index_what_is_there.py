"""Once indexed the versions that were saved before there was an index; migration 0011 does, as today's index wants it."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("blobs", "0002_never_changes"),
        ("drafts", "0008_search"),
    ]

    operations = []
