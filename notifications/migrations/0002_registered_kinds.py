"""Kinds and topics are registered by the apps: the database checks their form only, so that a stage may add its own."""

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models.lookups import Regex


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="notification", name="notifications_notification_kind_known"),
        migrations.RemoveConstraint(model_name="preferences", name="notifications_preferences_topics_known"),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(max_length=60),
        ),
        migrations.AlterField(
            model_name="preferences",
            name="topics",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=30), default=list, size=None
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__regex", "^[a-z_]+\\.[a-z_]+$")),
                name="notifications_notification_kind_format",
            ),
        ),
        migrations.AddConstraint(
            model_name="preferences",
            constraint=models.CheckConstraint(
                condition=Regex(
                    models.Func(
                        models.F("topics"),
                        models.Value(","),
                        function="array_to_string",
                        output_field=models.TextField(),
                    ),
                    "^([a-z_]+(,[a-z_]+)*)?$",
                ),
                name="notifications_preferences_topics_format",
            ),
        ),
    ]
