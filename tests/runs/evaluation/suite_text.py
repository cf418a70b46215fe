"""A suite for tests."""

from __future__ import annotations

SUITE = """\
cases: corpus/adverse_events.jsonl
input: "Grade this event: {{term}}, day {{day}}"
models: [house]
repeat: 2
graders:
  - {type: contains, value: "{{term}}", name: safety}
  - {type: model, profile: judge, rubric: "Cites a section", at_least: 0.7}
pass: {rate: 0.95, each: 1.0, must: [safety]}
"""
