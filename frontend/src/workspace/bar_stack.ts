import type { EditorView } from "@codemirror/view";
import { instantiate, part } from "../controllers/live";
import { keepingCaret, keepingCaretUnder } from "../editor/keeping_caret";
import type { Field } from "./field";
import { project } from "./instance";
import type { KeptText } from "./server";

export interface Bar {
  template: string;
  words: Record<string, string>;
  field?: Field;
  kept?: KeptText;
  to?: string;
  href?: string;
}

/** The most urgent first. */
const URGENCY = [
  "bar-another-account", "bar-signed-out", "bar-access-lost", "bar-proposal-ended", "bar-elsewhere", "bar-drift", "bar-offline",
  "bar-lock-ended", "bar-moved", "bar-unkept", "bar-refused", "bar-deleted", "bar-missing", "bar-missed-save", "bar-asked", "bar-kept", "bar-review-ended", "bar-proposed", "bar-saved",
  "bar-in_review", "bar-frozen", "bar-archived",
];

const stacks = new WeakMap<HTMLElement, BarStack>();

/** The bars of an element, which several controllers share. */
export function barsOf(element: HTMLElement): BarStack {
  const stack = stacks.get(element) ?? new BarStack(element);
  stacks.set(element, stack);
  return stack;
}

/** The bars that there are, of which the most urgent is shown. */
export class BarStack {
  /** By what they are about, so that a newer word replaces an older one. */
  private readonly bars = new Map<string, Bar>();
  shown: Bar | null = null;

  constructor(private readonly element: HTMLElement) {}

  get(key: string): Bar | undefined {
    return this.bars.get(key);
  }

  has(key: string): boolean {
    return this.bars.has(key);
  }

  put(key: string, bar: Bar): void {
    this.bars.set(key, bar);
    this.show();
  }

  forget(key: string): void {
    if (this.bars.delete(key)) this.show();
  }

  /** The shown bar has been answered. */
  settle(): void {
    for (const [key, bar] of this.bars) if (bar === this.shown) this.forget(key);
  }

  /** Other words in a bar that is still there. */
  reword(key: string, words: Record<string, string>): void {
    const bar = this.bars.get(key);
    if (!bar || Object.entries(words).every(([name, text]) => bar.words[name] === text)) return;
    Object.assign(bar.words, words);
    if (bar === this.shown) keepingCaret(shownEditor(), () => this.fill(bar.words));
  }

  fill(words: Record<string, string>): void {
    for (const [name, text] of Object.entries(words)) {
      const place = part(this.element, name);
      if (place && place.textContent !== text) place.textContent = text;
      if (place instanceof HTMLButtonElement) place.hidden = text === "";
    }
  }

  private show(): void {
    const [first] = [...this.bars.values()].sort((a, b) => URGENCY.indexOf(a.template) - URGENCY.indexOf(b.template));
    if (first === this.shown) return;
    this.shown = first ?? null;
    const hadFocus = this.element.contains(document.activeElement);
    keepingCaretUnder(this.element, shownEditor(), () => this.paint(first));
    // The button that was pressed is gone with its bar.
    if (hadFocus) project.focusText();
  }

  private paint(bar: Bar | undefined): void {
    const template = bar && document.getElementById(bar.template);
    if (!bar || !(template instanceof HTMLTemplateElement)) {
      this.element.replaceChildren();
      return;
    }
    this.element.replaceChildren(instantiate(template));
    this.fill(bar.words);
    const link = part(this.element, "link");
    if (link instanceof HTMLAnchorElement && bar.href) link.href = bar.href;
  }
}

function shownEditor(): EditorView | null {
  return [...project.fields.values()].find((field) => field.view)?.view ?? null;
}
