"""The check of templates notices words that nobody could translate, and lines that do not fit a screen."""

from __future__ import annotations

import pytest

from foundry_site.launcher import templates

UNTRANSLATED = {
    "<p>Saved</p>": "Saved",
    '<input placeholder="Search" value="x">': "Search",
    '<a title="Open" href="/">{{ name }}</a>': "Open",
    '<button aria-label="Close {{ name }}"></button>': "Close 0",
    "{% if a %}<b>{% translate 'Saved' %} at noon</b>{% endif %}": "at noon",
    '{% include "row.html" with label="From version" %}': '"From version"',
}
TRANSLATED = (
    "<p>{% translate 'Saved' %} · v{{ number }}</p>",
    "{% blocktranslate trimmed %}\n  Saved by <b>{{ name }}</b>.\n{% endblocktranslate %}",
    '<input placeholder="{% translate \'Search\' %}" name="query">',
    '{% include "row.html" with label=_("From version") %}',
    "{% comment %}What this part needs.{% endcomment %}{# And why. #}",
    "<kbd>Enter</kbd><script>start()</script>",
    '<b class="{% if a %}open{% endif %}">{{ a|default:"–" }}</b>',
)


@pytest.mark.parametrize(("source", "words"), UNTRANSLATED.items())
def test_words_outside_a_translation_are_noticed(source: str, words: str) -> None:
    assert templates.untranslated(source) == [(1, words)]


@pytest.mark.parametrize("source", TRANSLATED)
def test_translated_words_and_what_is_no_text_pass(source: str) -> None:
    assert templates.untranslated(source) == []


def test_a_problem_names_its_line() -> None:
    source = "{% blocktranslate %}\nOne\n{% endblocktranslate %}\n<p>Two</p>\n" + "x" * 121
    assert list(templates.problems_of(source, "a.html")) == [
        "a.html:5: longer than 120 characters",
        "a.html:4: not translated: Two",
        "a.html:5: not translated: " + "x" * 121,
    ]


def test_the_templates_of_the_project_are_clean() -> None:
    assert list(templates.problems()) == []
