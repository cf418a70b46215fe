#!/usr/bin/env python
"""Run a Django management command of Foundry."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "foundry_site.settings")
    from django.db.utils import OperationalError

    from foundry_site.loading import CommandLine
    from kernel.environment import EnvironmentVariableError

    try:
        CommandLine(sys.argv).execute()
    except EnvironmentVariableError as error:
        sys.exit(f"foundry: {error}")
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        hint = "" if os.environ.get("DATABASE_URL") else " Is ./script/run running on this data folder?"
        sys.exit(f"foundry: PostgreSQL refuses: {reason}.{hint}")


if __name__ == "__main__":
    main()
