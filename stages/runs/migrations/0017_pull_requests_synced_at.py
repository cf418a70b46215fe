"""When the server of a pull request last said what became of it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "0016_refinements_stay")]

    operations = [
        migrations.AddField(model_name="pullrequest", name="synced_at", field=models.DateTimeField(null=True)),
    ]
