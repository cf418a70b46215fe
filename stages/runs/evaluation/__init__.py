"""Evaluations: suites and their cases, graders of answers, verdicts, and what got better or worse."""
