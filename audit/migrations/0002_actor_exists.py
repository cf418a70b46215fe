"""No event is ever attributed to nobody: the generated actor is a foreign key to the user (control c23)."""

from __future__ import annotations

from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE audit_event ADD CONSTRAINT audit_event_actor_exists"
            " FOREIGN KEY (actor_id) REFERENCES accounts_user (id)"
        ),
    ]
