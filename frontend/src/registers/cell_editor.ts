import { pageHeaders } from "../account";
import { say } from "../texts";
import { Choosing, narrowed } from "./choosing";
import type { Choice, Column } from "./grid_data";
import { editActOf } from "./keys";

export interface Editing {
  record: string;
  column: Column;
  /** "Statement of REQ-14" */
  label: string;
  row: number;
}

interface Wishes {
  /** Every letter. */
  typed: (text: string) => void;
  keep: (row: number, column: number) => void;
  leave: () => void;
  /** Pixels of the cell in the table. */
  box: () => { top: number; left: number; width: number; height: number } | null;
  choicesAddress: string;
}

/** Milliseconds between the last letter and the question which records fit it. */
const ASK_AFTER = 150;

/**
 * The one editor of a grid, over the cell. It is no part of a row: rows may scroll out of the page or be written anew
 * under it, and its text stays.
 */
export class CellEditor {
  editing: Editing | null = null;
  /** A choice is made in one line, as a combobox is; all else may have several. */
  private input: HTMLInputElement | HTMLTextAreaElement = this.make("textarea");
  private choosing: Choosing | null = null;
  private all: Choice[] = [];
  private asking = 0;

  constructor(
    private readonly place: HTMLElement,
    private readonly wishes: Wishes,
  ) {
  }

  get text(): string {
    return this.input.value;
  }

  /** Begin with a text. `isWhole` selects it, so that the next letter replaces it. */
  open(editing: Editing, text: string): void {
    const isChoice = editing.column.editor === "choice" || editing.column.editor === "record";
    this.input = this.make(isChoice ? "input" : "textarea");
    this.editing = editing;
    this.input.value = text;
    this.input.setAttribute("aria-label", editing.label);
    this.input.inputMode = editing.column.editor === "number" ? "decimal" : "text";
    this.place.replaceChildren(this.input);
    this.place.hidden = false;
    this.place.dataset["kind"] = editing.column.editor;
    this.offer(editing.column);
    this.follow();
    this.input.focus({ preventScroll: true });
    this.input.setSelectionRange(text.length, text.length);
  }

  close(): void {
    this.editing = null;
    window.clearTimeout(this.asking);
    this.place.hidden = true;
    this.place.replaceChildren();
    this.choosing = null;
  }

  /** The cell is somewhere else, or has another width. */
  follow(): void {
    const box = this.editing && this.wishes.box();
    if (!box) return;
    const { style } = this.place;
    style.top = `${box.top}px`;
    style.left = `${box.left}px`;
    style.width = `${box.width}px`;
    style.minHeight = `${box.height}px`;
    this.grow();
    this.keepIn(box);
  }

  /** A list that is wider than its cell begins further left where it would leave the table at the right. */
  private keepIn({ left }: { left: number }): void {
    const list = this.choosing?.list;
    const around = this.place.parentElement;
    if (!list || !around) return;
    list.style.left = `${Math.min(0, around.scrollLeft + around.clientWidth - left - list.offsetWidth - 4)}px`;
  }

  private make(kind: "input" | "textarea"): HTMLInputElement | HTMLTextAreaElement {
    const input = document.createElement(kind);
    input.className = "reg-input";
    input.spellcheck = false;
    input.dir = "auto";
    input.autocomplete = "off";
    if (input instanceof HTMLTextAreaElement) input.rows = 1;
    input.addEventListener("input", () => this.changed());
    input.addEventListener("keydown", (event) => this.key(event as KeyboardEvent));
    input.addEventListener("blur", () => this.blurred());
    return input;
  }

  private offer({ editor, choices, title }: Column): void {
    this.choosing = null;
    if (editor !== "choice" && editor !== "record") return;
    this.all = choices;
    this.choosing = new Choosing(this.input, title, () => this.pick(1));
    this.place.append(this.choosing.list);
    this.narrow();
  }

  private changed(): void {
    this.grow();
    this.wishes.typed(this.input.value);
    if (this.choosing) this.narrow();
  }

  private narrow(): void {
    const typed = this.input.value;
    if (this.editing?.column.editor === "choice") {
      const isWhole = this.all.some(({ label }) => label === typed);
      this.choosing?.show(isWhole ? this.all : narrowed(this.all, typed), typed, say(this.all.length > 0 ? "registers.choices.none" : "registers.choices.empty"));
      return;
    }
    window.clearTimeout(this.asking);
    this.asking = window.setTimeout(() => void this.ask(typed), ASK_AFTER);
  }

  private async ask(typed: string): Promise<void> {
    const field = this.editing?.column.field ?? "";
    const query = new URLSearchParams({ field, q: typed });
    try {
      const answer = await fetch(`${this.wishes.choicesAddress}?${query}`, { headers: pageHeaders(), credentials: "same-origin" });
      if (!answer.ok || this.editing?.column.field !== field || this.input.value !== typed) return;
      const { choices } = (await answer.json()) as { choices: Choice[] };
      this.choosing?.show(choices, typed, say("registers.choices.none"));
    } catch {
      // No line: what is typed stays, and the server reads it when it is there again.
    }
  }

  private key(event: KeyboardEvent): void {
    // What an input method composes is its own until it is finished.
    if (event.isComposing) return;
    event.stopPropagation();
    if (this.choosing?.key(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === "Enter" && event.altKey && this.editing?.column.editor === "text") {
      event.preventDefault();
      this.input.setRangeText("\n", this.input.selectionStart ?? 0, this.input.selectionEnd ?? 0, "end");
      this.changed();
      return;
    }
    const act = editActOf(event);
    if (!act) return;
    event.preventDefault();
    if (!act.keep) this.wishes.leave();
    else this.take(act.row, act.column);
  }

  private pick(row: number): void {
    this.take(row, 0);
  }

  /** Keep what is chosen in the list, or else what is typed. */
  private take(row: number, column: number): void {
    const choice = this.choosing?.choice;
    if (choice && choice.label !== this.input.value) {
      this.input.value = choice.label;
      this.wishes.typed(choice.label);
    }
    this.wishes.keep(row, column);
  }

  /** The page is used elsewhere: the text is kept. In another window it is left as it is, to be gone on with. */
  private blurred(): void {
    if (this.editing && document.hasFocus()) this.wishes.keep(0, 0);
  }

  private grow(): void {
    if (this.input instanceof HTMLInputElement) return;
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
  }
}
