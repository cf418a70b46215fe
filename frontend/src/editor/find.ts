import { getSearchQuery, search, searchKeymap, searchPanelOpen } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { type EditorView, keymap, ViewPlugin } from "@codemirror/view";
import { count, say } from "../texts";

/** A long text may hold a single letter very often; it is not counted to its end at every key. */
const MAX_COUNTED = 1_000;

/**
 * Find and replace: the panel above the text, in the reader's words, and how many places it has found. Below the text
 * where another one beside it must stay level with it.
 */
export function finding({ top = true } = {}): Extension {
  return [
    search({ top }),
    EditorState.phrases.of({
      Find: say("find"),
      Replace: say("find.replacement"),
      next: say("find.next"),
      previous: say("find.previous"),
      all: say("find.all"),
      "match case": say("find.case"),
      regexp: say("find.regexp"),
      "by word": say("find.word"),
      replace: say("find.replace"),
      "replace all": say("find.replace_all"),
      close: say("find.close"),
    }),
    counting,
    keymap.of(searchKeymap),
  ];
}

const counting = ViewPlugin.define((view) => {
  const place = document.createElement("output");
  place.className = "find-count";
  // The choices have a row of their own, and so has what replaces.
  const rows = [document.createElement("i"), document.createElement("i")];
  for (const row of rows) row.className = "find-row";
  const show = () => {
    if (!searchPanelOpen(view.state)) return;
    const words = countWords(view.state);
    // The panel comes into the page after this update.
    view.requestMeasure({
      key: place,
      read: () => view.dom.querySelector(".cm-search [name=search]"),
      write: (field) => {
        if (field && field.nextElementSibling !== place) {
          field.after(place);
          field.parentElement?.querySelector("label")?.before(rows[0]!);
          field.parentElement?.querySelector("input[name=replace]")?.before(rows[1]!);
        }
        if (place.textContent !== words) place.textContent = words;
      },
    });
  };
  show();
  return { update: show };
});

/** Which of how many places is selected, in words; nothing while nothing is looked for. */
function countWords(state: EditorView["state"]): string {
  const query = getSearchQuery(state);
  if (!query.search || !query.valid) return "";
  const { from, to } = state.selection.main;
  let [total, at] = [0, 0];
  const places = query.getCursor(state);
  for (let next = places.next(); !next.done && total < MAX_COUNTED; next = places.next()) {
    total += 1;
    if (next.value.from === from && next.value.to === to) at = total;
  }
  if (total === 0) return say("find.none");
  if (at > 0) return say("find.at", { at, total: total < MAX_COUNTED ? total : `${total}+` });
  return total < MAX_COUNTED ? count("find.total", total) : say("find.total.many", { n: total });
}
