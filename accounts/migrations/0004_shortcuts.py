"""Whether a person uses the pages' keyboard shortcuts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_proving_oneself"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="uses_shortcuts",
            # A default of the database's too: a node of the release before may still make accounts.
            field=models.BooleanField(db_default=True, default=True, verbose_name="keyboard shortcuts"),
        ),
    ]
