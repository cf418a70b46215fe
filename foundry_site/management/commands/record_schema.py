"""`manage.py record_schema`: migrate an empty database, and write the definitions that the doctor compares with."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from foundry_site.doctor.catalog import definitions, record


class Command(BaseCommand):
    help = "Migrate an empty database; write expected.tsv of the trunk and the installed stages. After every migration."

    def handle(self, *args: Any, **options: Any) -> None:
        here = connection.settings_dict["NAME"]
        # Another name than usual, which a test run may be using.
        connection.settings_dict["TEST"]["NAME"] = "foundry_schema"
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            found = definitions()
        finally:
            connection.creation.destroy_test_db(here, verbosity=0)
        files = ", ".join(str(file.relative_to(settings.BASE_DIR)) for file in record(found))
        self.stdout.write(self.style.SUCCESS(f"{len(found)} definitions in {files}"))
