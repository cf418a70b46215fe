"""What serves pages and REST loads no SDK of a provider, which take a second and tens of megabytes each, nor gepa.

Nor does it load what asks, grades and patches, the views and their shapes, until somebody asks for them.
"""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

SDKS = "{'openai', 'anthropic', 'google.genai', 'httpx2', 'pydantic', 'gepa'}"
LATE = (
    *(
        "services",
        "agents",
        "trees",
        "refinement",
        "evaluation.suites",
        "evaluation.graders",
        "llm.client",
        "demo",
        "verification",
    ),
    *("serializers", "runs_api", "pages.experiment_views", "pages.profile_place", "gate_check", "bundle", "doctor"),
)


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


def test_a_page_of_the_trunk_loads_little_of_the_stage(process_environment: dict[str, str]):
    code = (
        "import sys, django; django.setup(); import foundry_site.asgi;"
        " from django.core.management import call_command; call_command('check');"
        " from django.test import Client; from django.urls import reverse;"
        " answer = Client(HTTP_HOST='localhost').get('/accounts/login/'); assert answer.status_code == 200;"
        " reverse('runs:site_models'); reverse('api_run', args=['00000000-0000-0000-0000-000000000000']);"
        f" print(sorted(name for name in {LATE} if 'stages.runs.' + name in sys.modules))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=process_environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["[]"]), done.stderr
