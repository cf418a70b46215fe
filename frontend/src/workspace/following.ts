import { EditorView } from "@codemirror/view";
import { writerIn } from "../editor/remote";
import type { Field } from "./field";
import type { ProjectState } from "./state";

/** What a reader does to look for themselves. */
const SCROLLING = ["wheel", "touchmove", "pointerdown"] as const;
const KEYS = new Set(["Escape", "PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown"]);

/** Keeps what somebody else writes in sight, also in another field, until its reader scrolls or presses Esc. */
export class Following {
  /** The id of the person who is followed. */
  private writer: string | null = null;
  private at = "";

  constructor(private readonly project: ProjectState) {
    for (const sign of SCROLLING) window.addEventListener(sign, (event) => this.looking(event), { passive: true, capture: true });
    window.addEventListener("keydown", (event) => {
      if (KEYS.has(event.key)) this.stop();
    }, { capture: true });
    project.on("field", (field) => {
      if (field.view) this.show(field);
      else if (this.writer && field.lock?.holder.id === this.writer) this.moveOn();
    });
    project.on("people", () => this.moveOn());
    project.on("connection", ({ phase }) => {
      if (phase !== "live") this.stop();
    });
  }

  get isOn(): boolean {
    return this.writer !== null;
  }

  toggle(): void {
    const shown = this.shown();
    this.writer = this.isOn ? null : (shown?.lock?.holder.id ?? null);
    this.at = "";
    if (shown) this.project.changed(shown);
  }

  private stop(): void {
    if (this.isOn) this.toggle();
  }

  private looking(event: Event): void {
    if (event.target instanceof Element && event.target.closest(".sheet-body")) this.stop();
  }

  private shown(): Field | undefined {
    return [...this.project.fields.values()].find((field) => field.view);
  }

  private show(field: Field): void {
    if (!this.writer || !field.view || field.lock?.holder.id !== this.writer) return;
    const writer = writerIn(field.view.state);
    const at = `${field.name}:${writer?.head}`;
    if (!writer || at === this.at) return;
    this.at = at;
    const { view } = field;
    // The editor is painted inside its own update; scrolling waits until that is over.
    queueMicrotask(() => view.dispatch({ effects: EditorView.scrollIntoView(writer.head, { y: "center" }) }));
  }

  /** The writer went to another field that they write. */
  private moveOn(): void {
    const place = this.project.people.present.find(({ user }) => user.id === this.writer);
    const next = place?.fields.map((name) => this.project.fields.get(name)).find((field) => field?.lock?.holder.id === this.writer);
    if (next && !next.view) window.dispatchEvent(new CustomEvent("fields:show", { detail: next.name }));
  }
}
