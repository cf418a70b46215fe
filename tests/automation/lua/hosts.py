"""Hosts for scripts of tests."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from stages.automation.lua import HostError


class Recorder:
    """Answers what it is given for a function, else None, and notes every call."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.begun: dict[str, Future[Any]] = {}

    def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        self.asked.append((name, arguments))
        answer = self.answers.get(name)
        if isinstance(answer, BaseException):
            raise answer
        return answer(arguments) if callable(answer) else answer

    def begin(self, name: str, arguments: Mapping[str, Any]) -> Future[Any]:
        self.asked.append((name, arguments))
        if name not in self.answers:
            raise HostError(f"core.{name} is not granted")
        key = arguments.get("path") or arguments["request"]["url"]
        return self.begun.setdefault(key, Future())
