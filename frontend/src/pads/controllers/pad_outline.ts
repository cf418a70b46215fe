import { EditorView } from "@codemirror/view";
import { instantiate, LiveController } from "../../controllers/live";
import { outlineOf } from "../../editor/outline";
import { spellOut } from "../../invisible";
import { session, shown } from "../instance";

const DELAY = 200;

/** The headings of the pad; a click goes to the line. */
export class PadOutlineController extends LiveController {
  static override targets = ["rows", "template"];
  declare readonly rowsTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  private timer = 0;

  override connect(): void {
    this.follow(
      shown.on("update", (update) => {
        if (!update || update.docChanged || update.selectionSet) this.soon();
      }),
      () => window.clearTimeout(this.timer),
    );
  }

  go(event: Event): void {
    const { view } = shown;
    if (!view) return;
    const line = Number((event.currentTarget as HTMLElement).dataset["line"]);
    const { from } = view.state.doc.line(Math.min(line, view.state.doc.lines));
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "start", yMargin: 24 }) });
    view.focus();
  }

  private soon(): void {
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      this.paint();
    }, DELAY);
  }

  private paint(): void {
    const state = shown.view?.state;
    if (!state) return;
    const headings = outlineOf(state.doc, session.data.language);
    const line = state.doc.lineAt(state.selection.main.head).number;
    const at = headings.findLastIndex((heading) => heading.line <= line);
    this.element.hidden = headings.length === 0;
    this.element.dataset["kind"] = session.data.language;
    while (this.rowsTarget.children.length > headings.length) this.rowsTarget.lastElementChild!.remove();
    headings.forEach((heading, index) => {
      const known = this.rowsTarget.children[index] as HTMLElement | undefined;
      const row = known ?? instantiate(this.templateTarget);
      row.dataset["line"] = String(heading.line);
      if (index === at) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      row.querySelector("span")!.textContent = spellOut(heading.text);
      row.querySelector("small")!.textContent = String(heading.line);
      if (!known) this.rowsTarget.append(row);
    });
  }
}
