"""The project of the tests of releases: with people of every role who can sign."""

from tests.publishing.conftest import make_review, review

__all__ = ["make_review", "review"]
