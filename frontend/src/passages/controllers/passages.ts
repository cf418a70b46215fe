import { StateEffect } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import htmx from "htmx.org";
import { LiveController } from "../../controllers/live";
import { Partial } from "../../controllers/partials";
import { savedText } from "../../editor/unsaved";
import type { ProjectEvent } from "../../protocol";
import { RECORDS_CHANGED } from "../../registers/protocol";
import { succeeded } from "../../responses";
import { say } from "../../texts";
import { placeOfSelection, shownField } from "../../workspace/comment_places";
import { countOnTab } from "../../workspace/controllers/panel";
import type { Field } from "../../workspace/field";
import { project } from "../../workspace/instance";
import { activatePassage, type PassageMark, rangeOfLines, showPassages } from "../marks";
import { selectionBar } from "../selection_bar";

const DELAY = 250;

/** The links from records to lines: the list beside the editor, the chips in its margin, and the making of more. */
export class PassagesController extends LiveController {
  static override targets = ["list", "facts", "link", "composer", "search", "about", "choices"];
  static override values = { url: String, choices: String, count: Number, mayLink: Boolean };
  declare readonly listTarget: HTMLElement;
  declare readonly factsTarget: HTMLElement;
  declare readonly hasFactsTarget: boolean;
  declare readonly linkTargets: HTMLElement[];
  declare readonly composerTarget: HTMLFormElement;
  declare readonly hasComposerTarget: boolean;
  declare readonly searchTarget: HTMLInputElement;
  declare readonly aboutTarget: HTMLElement;
  declare readonly choicesTarget: HTMLElement;
  declare readonly urlValue: string;
  declare readonly choicesValue: string;
  declare readonly countValue: number;
  declare readonly mayLinkValue: boolean;
  private partial!: Partial;
  private offered!: Partial;
  private active = new URLSearchParams(location.search).get("passage") ?? "";
  private order_ = "";
  private isLoaded = false;
  private timer = 0;
  private readonly marked = new Map<Field, string>();
  private readonly barred = new WeakSet<Field>();

  override connect(): void {
    this.partial = new Partial(this.listTarget, () => this.address(), () => this.arrived());
    if (this.hasComposerTarget) this.offered = new Partial(this.choicesTarget, () => `${this.choicesValue}?${new URLSearchParams({ q: this.searchTarget.value })}`);
    this.follow(
      project.on("event", (event) => this.onEvent(event)),
      project.on("version", () => this.refresh()),
      project.on("field", (field) => this.mark(field)),
    );
    window.addEventListener("sheet:painted", this.paintSoon);
    window.addEventListener("passages:chosen", this.chosen);
    window.addEventListener("field:chosen", this.fieldChosen);
    if (this.countValue > 0 || !(this.element as HTMLElement).hidden) this.refresh();
    this.paint();
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("sheet:painted", this.paintSoon);
    window.removeEventListener("passages:chosen", this.chosen);
    window.removeEventListener("field:chosen", this.fieldChosen);
  }

  refresh(): void {
    this.isLoaded = true;
    void this.partial.refresh();
  }

  /** The panel is shown: its list is asked for the first time. */
  opened(): void {
    if (!this.isLoaded && !(this.element as HTMLElement).hidden) this.refresh();
  }

  /** An act of ours was done. */
  changed(): void {
    this.refresh();
  }

  order(event: Event): void {
    this.order_ = (event.currentTarget as HTMLSelectElement).value;
    this.refresh();
  }

  chooseLink(event: Event): void {
    this.activate((event.currentTarget as HTMLElement).dataset["passage"] ?? "");
  }

  /** C confirms the link on which the focus is. */
  linkKey(event: KeyboardEvent): void {
    if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey) return;
    const { edge = "" } = (event.currentTarget as HTMLElement).dataset;
    document.getElementById(`confirm-${edge}`)?.click();
  }

  /** From a link to its lines, also in another field. */
  go(event: Event): void {
    const link = (event.currentTarget as HTMLElement).closest<HTMLElement>("[data-edge]");
    if (link) this.goTo(link);
  }

  private goTo(link: HTMLElement): void {
    const { field: name = "", passage = "", from, to } = link.dataset;
    this.activate(passage);
    const field = project.fields.get(name);
    if (!field || !from || !to) return;
    if (shownField()?.name !== name) document.querySelector<HTMLElement>(`[data-fields-target="row"][data-field="${CSS.escape(name)}"]`)?.click();
    void project.load(field).then(() => queueMicrotask(() => {
      if (field.view) field.view.dispatch({ effects: EditorView.scrollIntoView(rangeOfLines(field, Number(from), Number(to)).from, { y: "center" }) });
    }));
  }

  /** On the selected lines, by key, from the palette or the bar below them. */
  begin(event: Event): void {
    if (!this.hasComposerTarget) return;
    event.preventDefault();
    this.dispatch("show", { target: window, prefix: "panel", detail: "passages" });
    this.paint();
    this.searchTarget.focus();
    this.look();
  }

  /** Records that fit what is typed. */
  look(): void {
    this.choicesTarget.hidden = false;
    void this.offered.refresh();
  }

  searchKey(event: KeyboardEvent): void {
    if (event.key === "Escape") this.leave(event);
    else if (event.key === "ArrowDown") this.step(event, 0);
  }

  choiceKey(event: KeyboardEvent): void {
    const at = this.offeredButtons.indexOf(event.currentTarget as HTMLButtonElement);
    if (event.key === "Escape") this.leave(event);
    else if (event.key === "ArrowDown") this.step(event, at + 1);
    else if (event.key === "ArrowUp") this.step(event, at - 1);
  }

  private get offeredButtons(): HTMLButtonElement[] {
    return [...this.choicesTarget.querySelectorAll<HTMLButtonElement>("button")];
  }

  private step(event: Event, to: number): void {
    event.preventDefault();
    (to < 0 ? this.searchTarget : this.offeredButtons[to])?.focus();
  }

  private leave(event: Event): void {
    event.preventDefault();
    this.close();
    shownField()?.view?.focus();
  }

  private close(): void {
    this.searchTarget.value = "";
    this.choicesTarget.hidden = true;
  }

  /** Enter takes the first record that fits what is typed now; what was offered may be of what was typed before. */
  async submit(event: Event): Promise<void> {
    event.preventDefault();
    const typed = this.searchTarget.value;
    await this.offered.refresh();
    if (this.searchTarget.value === typed) this.offeredButtons[0]?.click();
  }

  choose(event: Event): void {
    const { record = "" } = (event.currentTarget as HTMLElement).dataset;
    const place = placeOfSelection(shownField());
    if (!place) return;
    const relation = this.hasFactsTarget ? (this.factsTarget.dataset["relation"] ?? "") : "";
    const lines = { from_line: String(place.from), to_line: String(place.to), quote: place.quote };
    const values = { record, relation, field: place.field.name, version: String(project.version), ...lines };
    let isDone = false;
    const answered = (answer: Event) => (isDone = succeeded(answer));
    this.composerTarget.addEventListener("htmx:afterRequest", answered);
    // Where nobody answers, a note says so, and the choice stays.
    void htmx.ajax("post", this.urlValue, { source: this.composerTarget, swap: "none", values }).catch(() => undefined).finally(() => {
      this.composerTarget.removeEventListener("htmx:afterRequest", answered);
      if (isDone) this.close();
    });
  }

  private address(): string {
    return `${this.urlValue}?${new URLSearchParams({ field: shownField()?.name ?? "", order: this.order_ })}`;
  }

  /** The list is new on the page: count it, mark the lines. */
  private arrived(): void {
    countOnTab("passages", Number(this.factsTarget.dataset["count"]));
    this.paintActive();
    this.marked.clear();
    for (const field of project.fields.values()) this.mark(field);
    const asked = this.linkTargets.find(({ dataset }) => dataset["passage"] === this.active);
    if (asked && new URLSearchParams(location.search).has("passage") && this.marked.size > 0) this.goOnce(asked);
  }

  private hasGone = false;

  /** To the passage that the address names, when the page has been opened. */
  private goOnce(link: HTMLElement): void {
    if (this.hasGone) return;
    this.hasGone = true;
    this.goTo(link);
    link.scrollIntoView({ block: "nearest" });
  }

  private mark(field: Field): void {
    if (!field.state) return;
    if (this.mayLinkValue && !this.barred.has(field)) {
      this.barred.add(field);
      queueMicrotask(() => field.apply({ effects: StateEffect.appendConfig.of(selectionBar(() => !field.isDirty)) }));
    }
    const made = `${field.base} ${savedText(field.state).length}`;
    if (this.marked.get(field) === made) return;
    this.marked.set(field, made);
    const marks = this.marksOf(field);
    // This runs while the editor of the field is updating; a second change waits until that is over.
    queueMicrotask(() => showPassages(field, marks, this.active));
  }

  private marksOf(field: Field): PassageMark[] {
    const found = new Map<string, PassageMark>();
    for (const { dataset } of this.linkTargets) {
      const { passage = "", from, to, key = "", state } = dataset;
      if (dataset["field"] !== field.name || !from || !to) continue;
      const known = found.get(passage) ?? { passage, ...rangeOfLines(field, Number(from), Number(to)), keys: [], isSuspect: false };
      known.keys.push(key);
      known.isSuspect ||= state === "suspect";
      found.set(passage, known);
    }
    return [...found.values()];
  }

  private activate(passage: string): void {
    this.active = passage;
    this.paintActive();
    for (const field of project.fields.values()) activatePassage(field, passage);
  }

  private paintActive(): void {
    for (const link of this.linkTargets) link.toggleAttribute("data-active", link.dataset["passage"] === this.active);
  }

  private readonly paintSoon = (): void => {
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.paint();
    }, DELAY);
  };

  /** The words that say which lines would be linked. */
  private paint(): void {
    if (!this.hasComposerTarget) return;
    const place = placeOfSelection(shownField());
    this.searchTarget.disabled = !place;
    const words = !place
      ? say("passages.nothing")
      : place.from === place.to
        ? say("passages.link_line", { line: place.from })
        : say("passages.link_lines", { from: place.from, to: place.to });
    this.searchTarget.placeholder = this.aboutTarget.textContent = words;
  }

  private readonly chosen = (event: Event): void => {
    this.activate((event as CustomEvent<string>).detail);
    this.dispatch("show", { target: window, prefix: "panel", detail: "passages" });
    this.linkTargets.find(({ dataset }) => dataset["passage"] === this.active)?.scrollIntoView({ block: "nearest" });
  };

  private readonly fieldChosen = (): void => {
    // The sheet shows the new field after this event.
    queueMicrotask(() => (this.isLoaded ? this.refresh() : undefined));
  };

  private onEvent({ name }: ProjectEvent): void {
    if (RECORDS_CHANGED.some((each) => each === name)) this.refresh();
  }
}
