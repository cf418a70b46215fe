import { Controller } from "@hotwired/stimulus";
import { fetchPart } from "../../page_parts";

/** A place of a comparison whose threads have changed; `side` is old or new. */
export interface ChangedTalk {
  field: string;
  side: string;
  line: string;
}

/**
 * Comments on the lines of one field of a comparison: a click on a line's number opens what was said about the line and
 * the form for more, below it. Lines that were commented on have a button instead of their number, where the threads are
 * not there from the start.
 */
export class LineCommentsController extends Controller<HTMLElement> {
  static override values = { url: String, counts: Object, writes: Boolean, words: String, left: String };
  declare readonly urlValue: string;
  declare countsValue: Record<string, number>;
  declare readonly writesValue: boolean;
  /** Of a button: `Comments on line {line}: {n}`. */
  declare readonly wordsValue: string;
  /** What the server calls the old side, where that can be commented on. */
  declare readonly leftValue: string;

  override connect(): void {
    this.mark();
  }

  /** Lines come later, too: what was folded away, and the next ones. */
  mark(): void {
    // A comment on a whole field of a round is beside the comparison.
    for (const place of this.element.querySelectorAll<HTMLElement>("div.line-talk")) {
      if (place.querySelector(".line-talk-body") && !place.querySelector(".thread, form")) this.remove(place);
    }
    for (const cell of this.element.querySelectorAll<HTMLElement>("td.lines-new:not(:has(button))")) {
      const count = this.countsValue[lineOf(cell)];
      if (!count) continue;
      const line = lineOf(cell);
      const button = document.createElement("button");
      button.type = "button";
      button.className = "line-said";
      button.textContent = line;
      button.ariaLabel = this.wordsValue.replace("{n}", String(count)).replace("{line}", line);
      cell.replaceChildren(button);
    }
  }

  open({ target }: Event): void {
    const cell = (target as HTMLElement).closest<HTMLElement>("td.lines-new, td.lines-old");
    if (cell && lineOf(cell) && (this.writesValue || cell.firstElementChild)) this.toggle(cell);
  }

  /** By its key: the first line of the change that is chosen, where it is one of this field; values have no lines. */
  onChange(event: Event): void {
    const change = this.element.querySelector("[data-current]");
    if (!change || !this.writesValue) return;
    event.preventDefault();
    const cell = change.querySelector<HTMLElement>("td.lines-new, td.lines-old");
    if (cell) this.toggle(cell);
    else this.element.querySelector<HTMLElement>("header [data-action='line-comments#field']")?.click();
  }

  /** On the whole field. */
  field({ currentTarget }: { currentTarget: HTMLElement }): void {
    const header = this.element.querySelector("header");
    const open = header?.nextElementSibling;
    if (open instanceof HTMLElement && open.matches(".line-talk")) return this.remove(open);
    const place = document.createElement("div");
    place.className = "line-talk";
    header?.after(place);
    this.load(place, currentTarget, { showsForm: true });
  }

  close({ currentTarget }: { currentTarget: HTMLElement }): void {
    const place = currentTarget.closest<HTMLElement>(".line-talk");
    if (place?.querySelector(".thread")) currentTarget.closest("form")?.remove();
    else if (place) this.remove(place);
  }

  /** A comment was written: its line has one more. */
  sent({ detail }: CustomEvent<{ successful: boolean; requestConfig: { verb: string; parameters: Record<string, string> } }>): void {
    const { verb, parameters } = detail.requestConfig;
    const line = parameters["line"];
    if (!detail.successful || verb !== "post" || !line || this.leftValue) return;
    this.countsValue = { ...this.countsValue, [line]: (this.countsValue[line] ?? 0) + 1 };
    this.mark();
  }

  /** What others said meanwhile is fetched to its line; where the line is folded away, it comes with the line. */
  talked({ detail }: CustomEvent<ChangedTalk[]>): void {
    for (const { field, side, line } of detail) {
      if (field !== this.element.dataset["field"]) continue;
      const cells = [...this.element.querySelectorAll<HTMLElement>(side === "old" ? "td.lines-old" : "td.lines-new")];
      const cell = cells.find((each) => lineOf(each) === line);
      const writes = cell && this.talkOf(cell)?.querySelector(".line-talk-form");
      if (cell && !writes) this.load(this.place(cell), cell, { showsForm: false });
    }
  }

  /** A file of a comment has arrived: what was said there is fetched with it, unless somebody is writing more. */
  attached({ target }: Event): void {
    const place = (target as HTMLElement).closest(".line-talk-body")?.parentElement;
    if (!place || place.querySelector("textarea")?.value) return;
    void fetchPart(place.dataset["from"] ?? "", { source: place, target: place, swap: "innerHTML" });
  }

  private toggle(cell: HTMLElement): void {
    const open = this.talkOf(cell);
    if (open && (!this.leftValue || !open.querySelector(".thread"))) return this.remove(open);
    this.load(this.place(cell), cell, { showsForm: true });
  }

  /** The row of what was said about a line, if there is one. */
  private talkOf(cell: HTMLElement): HTMLElement | null {
    for (let row = cell.closest("tr")?.nextElementSibling; row?.matches(".line-talk"); row = row.nextElementSibling) {
      if ((row as HTMLElement).dataset["side"] === this.sideOf(cell)) return row as HTMLElement;
    }
    return null;
  }

  private sideOf(cell: HTMLElement): string {
    return cell.matches(".lines-old") ? this.leftValue : "after";
  }

  /** The cell in which it is shown, made where it is not there yet. */
  private place(cell: HTMLElement): HTMLElement {
    const row = cell.closest("tr");
    const open = this.talkOf(cell) as HTMLTableRowElement | null;
    if (open) return open.cells[0] as HTMLElement;
    const talk = document.createElement("tr");
    talk.className = "line-talk";
    talk.dataset["side"] = this.sideOf(cell);
    const place = talk.insertCell();
    place.colSpan = [...(row?.cells ?? [])].reduce((columns, each) => columns + each.colSpan, 0);
    row?.after(talk);
    return place;
  }

  private load(place: HTMLElement, cell: HTMLElement, { showsForm }: { showsForm?: boolean }): void {
    const address = new URL(this.urlValue, location.href);
    address.searchParams.set("field", this.element.dataset["field"] ?? "");
    if (cell.matches("td")) address.searchParams.set("line", lineOf(cell));
    if (cell.matches(".lines-old")) address.searchParams.set("side", this.leftValue);
    if (showsForm) address.searchParams.set("form", "1");
    const path = `${address.pathname}${address.search}`;
    place.dataset["from"] = path;
    void fetchPart(path, { source: cell, target: place, swap: "innerHTML" }).then(() => {
      if (showsForm === false) this.tidy(place);
      else place.querySelector<HTMLElement>(".line-talk-form textarea")?.focus();
    });
  }

  /** The last thread of a line was settled. */
  private tidy(place: HTMLElement): void {
    if (!place.querySelector(".thread, form")) place.closest(".line-talk")?.remove();
  }

  private remove(talk: HTMLElement): void {
    const before = talk.previousElementSibling?.querySelector<HTMLElement>("td.lines-new > button, [data-action~='line-comments#field']");
    talk.remove();
    before?.focus();
  }
}

function lineOf(cell: HTMLElement): string {
  return cell.textContent?.trim() ?? "";
}
