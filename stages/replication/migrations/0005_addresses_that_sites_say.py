"""An address that only the site itself says is dialled where it is public, until an owner confirms it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("replication", "0004_cuts_move_on")]

    operations = [
        migrations.AddField(
            model_name="peer",
            name="address_unconfirmed",
            field=models.BooleanField(default=False),
        ),
    ]
