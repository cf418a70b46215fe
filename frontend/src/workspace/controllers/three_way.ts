import { presentableDiff } from "@codemirror/merge";
import { Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { choices, setStretches, type Stretch, stretchesOf } from "../../editor/choices";
import { finding } from "../../editor/find";
import { outlineOf } from "../../editor/outline";
import { plainEditor } from "../../editor/setup";
import { types } from "../../shortcuts";
import { count, say } from "../../texts";
import { attempt } from "../attempt";
import { project } from "../instance";
import { merge3, type Part } from "../merge3";
import type { Conflict } from "../conflict";
import { finishRestoring, showTheirs, useText, wordsOf } from "../conflicts";
import { confirmDiscard } from "../discarding";
import { instantiate, LiveController, part } from "../../controllers/live";

type Choice = "base" | "theirs" | "yours" | "both_sides";
/** The words for what became of a difference. */
const CHOSEN = {
  merged: "three_way.chosen.merged",
  base: "three_way.chosen.base",
  theirs: "three_way.chosen.theirs",
  yours: "three_way.chosen.yours",
  both_sides: "three_way.chosen.both_sides",
  written: "three_way.chosen.written",
};
const KEYS: Record<string, Choice> = { "1": "base", "2": "theirs", "3": "yours", "4": "both_sides" };

/** One difference, and what was chosen for it; null while it is open, or once its text was written by hand. */
interface Difference {
  part: Part;
  line: number;
  chosen: Choice | "merged" | null;
}

/** The field moved on under somebody's text: what both made of it, merged where it can be, chosen where it can not. */
export class ThreeWayController extends LiveController<HTMLDialogElement> {
  static override targets = ["title", "about", "rows", "row", "where", "what", "left", "base", "theirs", "yours", "baseHead", "theirHead", "yourHead", "body", "submit", "note", "template"];
  declare readonly titleTarget: HTMLElement;
  declare readonly aboutTarget: HTMLElement;
  declare readonly rowsTarget: HTMLElement;
  declare readonly rowTargets: HTMLElement[];
  declare readonly whereTarget: HTMLElement;
  declare readonly whatTarget: HTMLElement;
  declare readonly leftTarget: HTMLElement;
  declare readonly baseTarget: HTMLElement;
  declare readonly theirsTarget: HTMLElement;
  declare readonly yoursTarget: HTMLElement;
  declare readonly baseHeadTarget: HTMLElement;
  declare readonly theirHeadTarget: HTMLElement;
  declare readonly yourHeadTarget: HTMLElement;
  declare readonly bodyTarget: HTMLElement;
  declare readonly submitTarget: HTMLButtonElement;
  declare readonly noteTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  private conflict!: Conflict;
  private differences: Difference[] = [];
  private at = 0;
  private view: EditorView | null = null;

  override connect(): void {
    this.element.addEventListener("three-way:ask", this.open);
    this.element.addEventListener("close", this.tidy);
  }

  override disconnect(): void {
    super.disconnect();
    this.element.removeEventListener("three-way:ask", this.open);
    this.element.removeEventListener("close", this.tidy);
  }

  close(): void {
    this.element.close();
  }

  copy(): void {
    void navigator.clipboard.writeText(this.conflict.yours).then(() => (this.noteTarget.textContent = say("copied")));
  }

  async discard(): Promise<void> {
    const { field, kept } = this.conflict;
    if (!(await confirmDiscard())) return;
    if (kept && !(await attempt(project.kept.discard(kept)))) return;
    if (!kept) showTheirs(field);
    project.changed(field);
    this.element.close();
  }

  async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.view || this.missing > 0) return;
    // Each line of the merged text has its own end here; the text's last line has none.
    const { field, kept } = this.conflict;
    if (await useText(field, this.view.state.doc.toString().slice(0, -1))) {
      this.element.close();
      if (kept) await attempt(finishRestoring(field, kept));
    } else {
      this.noteTarget.textContent = say("merge.held", { name: field.lock?.holder.display_name ?? "" });
    }
  }

  key(event: KeyboardEvent): void {
    if (types(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const choice = KEYS[event.key];
    if (choice) this.choose(choice);
    else if (event.key === "n") this.step(1);
    else if (event.key === "p") this.step(-1);
    else return;
    event.preventDefault();
  }

  next(): void {
    this.step(1);
  }

  previous(): void {
    this.step(-1);
  }

  go(event: Event): void {
    this.show(this.rowTargets.indexOf(event.currentTarget as HTMLElement));
  }

  take({ params }: { params: { side: Choice } }): void {
    this.choose(params.side);
  }

  private get missing(): number {
    return this.view ? stretchesOf(this.view).filter(({ isOpen }) => isOpen).length : 0;
  }

  private readonly open = (event: Event): void => {
    this.conflict = (event as CustomEvent<Conflict>).detail;
    const { base, theirs, yours } = this.conflict;
    const parts = merge3(base.text.split("\n"), theirs.text.split("\n"), yours.split("\n"));
    const words = wordsOf(this.conflict);
    this.titleTarget.textContent = words.title;
    this.aboutTarget.textContent = words.about;
    this.baseHeadTarget.textContent = words.base;
    this.theirHeadTarget.textContent = words.theirs;
    this.yourHeadTarget.textContent = words.yours;
    this.noteTarget.textContent = "";
    this.element.showModal();
    this.mount(parts);
    this.show(Math.max(this.differences.findIndex(({ part }) => part.kind === "conflict"), 0));
  };

  private mount(parts: Part[]): void {
    const { field } = this.conflict;
    const stretches: Stretch[] = [];
    this.differences = [];
    let doc = "";
    let line = 1;
    for (const one of parts) {
      const isOpen = one.kind === "conflict";
      const text = isOpen ? "\n" : ended(one.kind === "theirs" ? one.theirs : one.kind === "same" ? one.base : one.yours);
      if (one.kind !== "same") {
        stretches.push({ from: doc.length, to: doc.length + text.length, isOpen });
        this.differences.push({ part: one, line, chosen: isOpen ? null : "merged" });
      }
      doc += text;
      line += one.base.length;
    }
    this.view = new EditorView({
      doc,
      parent: this.bodyTarget,
      extensions: [
        plainEditor(field.language, field.keepsLineEnds),
        finding(),
        choices(say("three_way.missing")),
        EditorView.contentAttributes.of({ "aria-label": say("three_way.result", { field: field.label }) }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) queueMicrotask(() => this.paint());
        }),
      ],
    });
    this.view.dispatch({ effects: setStretches.of(stretches) });
    const headings = outlineOf(Text.of(this.conflict.yours.split("\n")), field.language);
    this.rowsTarget.replaceChildren(
      ...this.differences.map((difference, index) => {
        const row = instantiate(this.templateTarget);
        const heading = headings.findLast((one) => one.line <= difference.line)?.text;
        part(row, "number")!.textContent = String(index + 1);
        part(row, "where")!.textContent = placeOf(heading, difference.line);
        part(row, "who")!.textContent = this.who(difference.part);
        return row;
      }),
    );
  }

  private who({ kind, base }: Part): string {
    const { by } = this.conflict.theirs;
    if (kind === "theirs") return by ? say("three_way.only", { name: by }) : say("three_way.only_they");
    if (kind === "yours") return say(base.length ? "three_way.only_you" : "three_way.you_added");
    return say(kind === "both" ? "three_way.same" : "three_way.both");
  }

  private step(by: number): void {
    const last = this.differences.length - 1;
    this.show(Math.min(Math.max(this.at + by, 0), last));
  }

  private show(index: number): void {
    this.at = index;
    const difference = this.differences[index];
    const stretch = this.view && stretchesOf(this.view)[index];
    if (!difference || !this.view || !stretch) return;
    const row = this.rowTargets[index];
    this.whereTarget.textContent = row ? (part(row, "where")?.textContent ?? "") : "";
    this.whatTarget.textContent = this.who(difference.part);
    const { base, theirs, yours } = difference.part;
    this.baseTarget.replaceChildren(...linesOf(base, base));
    this.theirsTarget.replaceChildren(...linesOf(base, theirs));
    this.yoursTarget.replaceChildren(...linesOf(base, yours));
    row?.scrollIntoView({ block: "nearest" });
    this.view.dispatch({ effects: EditorView.scrollIntoView(stretch.from, { y: "center" }) });
    this.paint();
  }

  private choose(choice: Choice): void {
    const difference = this.differences[this.at];
    if (!difference || !this.view) return;
    const { base, theirs, yours } = difference.part;
    const insert = ended({ base, theirs, yours, both_sides: [...theirs, ...yours] }[choice]);
    const before = stretchesOf(this.view);
    const { from, to } = before[this.at]!;
    const moved = insert.length - (to - from);
    const after = before.map((one, index) => {
      if (index < this.at) return one;
      if (index === this.at) return { from, to: from + insert.length, isOpen: false };
      return { ...one, from: one.from + moved, to: one.to + moved };
    });
    difference.chosen = choice;
    this.view.dispatch({ changes: { from, to, insert }, effects: setStretches.of(after) });
    const open = after.findIndex(({ isOpen }) => isOpen);
    if (open >= 0) this.show(open);
    else this.paint();
  }

  private paint(): void {
    if (!this.view) return;
    stretchesOf(this.view).forEach(({ isOpen }, index) => {
      const row = this.rowTargets[index];
      const state = row && part(row, "state");
      if (!row || !state) return;
      row.toggleAttribute("data-current", index === this.at);
      row.setAttribute("aria-current", String(index === this.at));
      state.parentElement!.dataset["state"] = isOpen ? "bad" : "good";
      state.textContent = isOpen ? say("three_way.choose") : say(CHOSEN[this.differences[index]?.chosen ?? "written"]);
    });
    this.leftTarget.textContent = this.missing ? count("three_way.left", this.missing) : say("three_way.none_left");
    this.submitTarget.disabled = this.missing > 0;
  }

  private readonly tidy = (): void => {
    this.view?.destroy();
    this.view = null;
    this.differences = [];
  };
}

/** Every line with its end. */
function ended(lines: string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function placeOf(heading: string | undefined, line: number): string {
  return heading ? say("three_way.place_in", { heading, line }) : say("three_way.place", { line });
}

/** A side's lines, what it has beyond the base marked as inserted. */
function linesOf(base: string[], side: string[]): Node[] {
  const [before, after] = [base.join("\n"), side.join("\n")];
  if (side.length === 0) return [document.createTextNode(say("three_way.nothing"))];
  const nodes: Node[] = [];
  let at = 0;
  for (const { fromB, toB } of presentableDiff(before, after)) {
    if (toB === fromB) continue;
    const word = document.createElement("ins");
    word.textContent = after.slice(fromB, toB);
    nodes.push(document.createTextNode(after.slice(at, fromB)), word);
    at = toB;
  }
  return [...nodes, document.createTextNode(after.slice(at))];
}
