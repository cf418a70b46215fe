import htmx from "htmx.org";
import { Controller } from "@hotwired/stimulus";

/**
 * Comments on the new side of one field of a comparison: a click on a line's number opens what was said about the line
 * and the form for more, below it. Lines that were commented on have a button instead of their number.
 */
export class LineCommentsController extends Controller<HTMLElement> {
  static override values = { url: String, version: Number, counts: Object, writes: Boolean, words: String };
  declare readonly urlValue: string;
  declare readonly versionValue: number;
  declare countsValue: Record<string, number>;
  declare readonly writesValue: boolean;
  /** Of a button: `Comments on line {line}: {n}`. */
  declare readonly wordsValue: string;

  override connect(): void {
    this.mark();
  }

  /** Lines come later, too: what was folded away, and the next ones. */
  mark(): void {
    for (const cell of this.element.querySelectorAll<HTMLElement>("td.lines-new:not(:has(button))")) {
      const count = this.countsValue[cell.textContent?.trim() ?? ""];
      if (!count) continue;
      const line = cell.textContent?.trim() ?? "";
      const button = document.createElement("button");
      button.type = "button";
      button.className = "line-said";
      button.textContent = line;
      button.ariaLabel = this.wordsValue.replace("{n}", String(count)).replace("{line}", line);
      cell.replaceChildren(button);
    }
  }

  open({ target }: Event): void {
    const cell = (target as HTMLElement).closest<HTMLElement>("td.lines-new");
    if (cell && (this.writesValue || cell.firstElementChild)) this.toggle(cell);
  }

  /** By its key: the first line of the change that is chosen, where it is one of this field. */
  onChange(event: Event): void {
    const cell = this.element.querySelector<HTMLElement>("[data-current] td.lines-new");
    if (!cell || !this.writesValue) return;
    event.preventDefault();
    this.toggle(cell);
  }

  /** On the whole field. */
  field({ currentTarget }: { currentTarget: HTMLElement }): void {
    const header = this.element.querySelector("header");
    const open = header?.nextElementSibling;
    if (open instanceof HTMLElement && open.matches(".line-talk")) return this.remove(open);
    const place = document.createElement("div");
    place.className = "line-talk";
    header?.after(place);
    this.load(place, "", currentTarget);
  }

  close({ currentTarget }: { currentTarget: HTMLElement }): void {
    const place = currentTarget.closest<HTMLElement>(".line-talk");
    if (place) this.remove(place);
  }

  /** A comment was written: its line has one more. */
  sent({ detail }: CustomEvent<{ successful: boolean; requestConfig: { verb: string; parameters: Record<string, string> } }>): void {
    const { verb, parameters } = detail.requestConfig;
    const line = parameters["line"];
    if (!detail.successful || verb !== "post" || !line) return;
    this.countsValue = { ...this.countsValue, [line]: (this.countsValue[line] ?? 0) + 1 };
    this.mark();
  }

  private toggle(cell: HTMLElement): void {
    const row = cell.closest("tr");
    const open = row?.nextElementSibling;
    if (open instanceof HTMLElement && open.matches(".line-talk")) return this.remove(open);
    const talk = document.createElement("tr");
    talk.className = "line-talk";
    const place = talk.insertCell();
    place.colSpan = [...(row?.cells ?? [])].reduce((columns, each) => columns + each.colSpan, 0);
    row?.after(talk);
    this.load(place, cell.textContent?.trim() ?? "", cell);
  }

  private load(place: HTMLElement, line: string, source: HTMLElement): void {
    const asked = new URLSearchParams({ target: String(this.versionValue), field: this.element.dataset["field"] ?? "" });
    if (line) asked.set("line", line);
    void htmx.ajax("get", `${this.urlValue}?${asked.toString()}`, { source, target: place, swap: "innerHTML" }).then(() => {
      place.querySelector("textarea")?.focus();
    });
  }

  private remove(talk: HTMLElement): void {
    const before = talk.previousElementSibling?.querySelector<HTMLElement>("td.lines-new > button, [data-action~='line-comments#field']");
    talk.remove();
    before?.focus();
  }
}
