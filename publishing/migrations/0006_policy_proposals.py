"""The policy says what proposals need."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0005_release_notes"),
    ]

    operations = [
        migrations.AddField(
            model_name="policy",
            name="proposals",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
