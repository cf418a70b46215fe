import { EditorView } from "@codemirror/view";
import { commentsByPart } from "../../editor/comments";
import { outlineOf } from "../../editor/outline";
import { say } from "../../texts";
import { project } from "../instance";
import type { Field } from "../field";
import { instantiate, LiveController, part } from "../../controllers/live";
import { spellOut } from "../../invisible";

const DELAY = 200;

/** The headings of the field that is shown; a click goes to the line. */
export class OutlineController extends LiveController {
  static override targets = ["title", "rows", "template"];
  declare readonly titleTarget: HTMLElement;
  declare readonly rowsTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  private waiting: Field | null = null;

  override connect(): void {
    this.follow(
      project.on("field", (field) => {
        if (field.view) this.soon(field);
      }),
    );
  }

  go(event: Event): void {
    const line = Number((event.currentTarget as HTMLElement).dataset["line"]);
    const view = [...project.fields.values()].find((field) => field.view)?.view;
    if (!view) return;
    const { from } = view.state.doc.line(Math.min(line, view.state.doc.lines));
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "start", yMargin: 24 }) });
  }

  private soon(field: Field): void {
    if (this.waiting === field) return;
    this.waiting = field;
    window.setTimeout(() => {
      if (this.waiting !== field) return;
      this.waiting = null;
      this.paint(field);
    }, DELAY);
  }

  private paint(field: Field): void {
    if (!field.state) return;
    const headings = outlineOf(field.state.doc, field.language);
    const line = field.state.doc.lineAt(field.state.selection.main.head).number;
    const at = headings.findLastIndex((heading) => heading.line <= line);
    this.element.hidden = headings.length === 0;
    this.element.dataset["kind"] = field.language;
    this.titleTarget.textContent = say("outline", { field: field.title });
    const comments = commentsByPart(field.state, headings.map((heading) => heading.line));
    const rows = headings.map((heading, index) => {
      const row = instantiate(this.templateTarget);
      row.dataset["line"] = String(heading.line);
      row.toggleAttribute("data-at", index === at);
      if (index === at) row.setAttribute("aria-current", "true");
      row.querySelector("span")!.textContent = spellOut(heading.text);
      row.querySelector("small")!.textContent = String(heading.line);
      const said = part(row, "comments");
      if (said) said.hidden = !comments[index];
      if (said) said.querySelector("span")!.textContent = String(comments[index]);
      return row;
    });
    this.rowsTarget.replaceChildren(...rows);
  }
}
