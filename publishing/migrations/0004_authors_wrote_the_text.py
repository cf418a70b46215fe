"""Say of a release's authors who they are; the column stays as it is."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0003_accounts_count_failures")]

    operations = [
        migrations.AlterField(
            model_name="release",
            name="authors",
            field=ArrayField(
                base_field=models.UUIDField(),
                help_text="Ids of all whose text it contains, and who saved since the last release.",
                size=None,
            ),
        ),
    ]
