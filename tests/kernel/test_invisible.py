"""Which characters are hidden, and how they are shown: one list for pages and for the editor."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from foundry_site.environment import BASE_DIR
from foundry_site.launcher.frontend import find_node
from kernel import invisible

VECTORS: list[tuple[str, int, int]] = json.loads(
    Path(__file__).with_name("invisible_vectors.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("text", "hidden", "spaces"), VECTORS)
def test_it_knows_hidden_characters_and_unusual_spaces(text: str, hidden: int, spaces: int) -> None:
    assert invisible.count_hidden(text) == hidden
    assert len(invisible.HIDDEN_OR_SPACE.findall(text)) == hidden + spaces


def test_a_text_reads_as_it_is_stored() -> None:
    text = 'if role != "\u202euser\u202c":'
    assert invisible.spell_out(text) == 'if role != "⟨U+202E⟩user⟨U+202C⟩":'
    shown = invisible.text_as_html("a\u202e<b>\u00a0")
    assert "\u202e" not in shown
    assert "\u00a0" not in shown
    assert "&lt;b&gt;" in shown
    assert 'aria-label="U+202E right-to-left override"' in shown
    assert 'data-space role="img" aria-label="U+00A0 no-break space"' in shown


def test_a_page_shows_what_its_texts_hide_and_keeps_what_is_typed() -> None:
    page = (
        "<title>a\u202eb</title><script>let a = '\u202e';</script><textarea>x\u200by</textarea>"
        '<input value="\u200b"><p title="\u202e" data-action="click->x#y">&lt;\u202eadmin</p>'
        "<!-- \u200b --><option>\u200b</option>"
    )
    shown = invisible.reveal(page)
    assert shown.startswith("<title>a⟨U+202E⟩b</title><script>let a = '\u202e';</script><textarea>x\u200by</textarea>")
    assert '<input value="\u200b"><p title="\u202e" data-action="click->x#y">&lt;<span class="unseen"' in shown
    assert shown.endswith("</span>admin</p><!-- \u200b --><option>⟨U+200B⟩</option>")


def test_a_page_without_any_is_the_very_same() -> None:
    page = "<p>caf\u00e9 · \u65e5\u672c\u00a0\u8a9e</p>"
    assert invisible.reveal(page) is page


def test_the_script_finds_the_same_characters(tmp_path: Path) -> None:
    node = str(find_node().folder / "node")
    script = tmp_path / "invisible.mjs"
    bundle = ("frontend/src/invisible.ts", "--bundle", "--format=esm", f"--outfile={script}", "--log-level=error")
    subprocess.run([node, str(BASE_DIR / "node_modules/esbuild/bin/esbuild"), *bundle], cwd=BASE_DIR, check=True)
    ask = f"""
        import {{ shown, spellOut }} from {json.dumps(str(script))};
        const found = {json.dumps(VECTORS)}.map(([text]) => [text.match(shown)?.length ?? 0, spellOut(text)]);
        console.log(JSON.stringify(found));
    """
    answer = subprocess.run([node, "--input-type=module", "-e", ask], check=True, capture_output=True, encoding="utf-8")
    assert json.loads(answer.stdout) == [
        [hidden + spaces, invisible.spell_out(text)] for text, hidden, spaces in VECTORS
    ]
