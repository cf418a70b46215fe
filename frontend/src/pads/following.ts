import { EditorView } from "@codemirror/view";
import { carets } from "../editor/carets";
import type { People } from "./people";
import type { ShownText } from "./shown";

const SCROLLING = ["wheel", "touchmove"] as const;

/** Keeps the caret of somebody in sight, until its reader scrolls, types or presses Esc. */
export class Following {
  private at = "";

  constructor(
    private readonly people: People,
    private readonly shown: ShownText,
  ) {
    people.on("follows", () => {
      this.at = "";
      this.show();
    });
    shown.on("update", (update) => {
      if (update?.transactions.some((transaction) => transaction.isUserEvent("input") || transaction.isUserEvent("select"))) this.stop();
      else queueMicrotask(() => this.show());
    });
    for (const sign of SCROLLING) {
      window.addEventListener(sign, (event) => {
        if (event.target instanceof Element && event.target.closest(".sheet-body")) this.stop();
      }, { passive: true });
    }
  }

  stop(): void {
    if (this.people.followed !== null) this.people.follow(null);
  }

  private show(): void {
    const { view } = this.shown;
    const { followed } = this.people;
    if (!view || followed === null) return;
    const caret = view.state.field(carets).get(followed);
    if (!caret) {
      this.stop();
      return;
    }
    const at = `${caret.head} ${view.state.doc.length}`;
    if (at === this.at) return;
    this.at = at;
    view.dispatch({ effects: EditorView.scrollIntoView(Math.min(caret.head, view.state.doc.length), { y: "center" }) });
  }
}
