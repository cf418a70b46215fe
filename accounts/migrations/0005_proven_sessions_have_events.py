"""What no event tells counts no longer: whoever proved themselves before gives both components once more."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_shortcuts")]

    operations = [migrations.RunSQL("DELETE FROM accounts_provensession", migrations.RunSQL.noop)]
