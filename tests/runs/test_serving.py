"""What serves pages and REST loads no SDK of a provider, which take a second and tens of megabytes each, nor gepa."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

SDKS = "{'openai', 'anthropic', 'google.genai', 'httpx2', 'pydantic', 'gepa'}"


def test_serving_loads_no_sdk(process_environment: dict[str, str]):
    code = (
        "import sys, django; django.setup(); import foundry_site.asgi, foundry_site.urls;"
        " from django.urls import get_resolver; get_resolver().url_patterns;"
        f" print(sorted({SDKS} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=process_environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
