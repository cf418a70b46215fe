import { Controller } from "@hotwired/stimulus";
import { fetchPart } from "../../page_parts";

/**
 * Fields of a record that are changed where they are shown: Django writes the form there, and takes it. While one is open,
 * the page is not written again, so that nothing that is typed is lost; it is afterwards.
 */
export class RegisterFieldController extends Controller<HTMLElement> {
  static override values = { offline: String, again: String };
  declare readonly offlineValue: string;
  declare readonly againValue: string;
  /** The row whose field is open, and the text that its form began with. */
  private row: HTMLElement | null = null;
  private began = "";
  private isStale = false;
  private isAsked = false;

  /** By a double click on a value, by Enter there, or by the pencil. */
  open(event: Event): void {
    if (event.target instanceof Element && event.target.closest(".record-field, .record-value a")) return;
    const row = (event.currentTarget as HTMLElement).closest<HTMLElement>(".record-row");
    const link = row?.querySelector<HTMLAnchorElement>("a.record-edit");
    if (!row || !link) return;
    event.preventDefault();
    if (this.row !== row) void this.show(row, link.href);
  }

  send(event: Event): void {
    event.preventDefault();
    void this.save(event.currentTarget as HTMLFormElement);
  }

  press(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && event.target instanceof HTMLElement && event.target.id === "record-edit") {
      event.preventDefault();
      (event.currentTarget as HTMLFormElement).requestSubmit();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.escape();
    }
  }

  giveUp(): void {
    this.close();
  }

  /** The body of the page waits while a field is open. */
  hold(event: Event): void {
    const { detail } = event as CustomEvent<{ target: Element; shouldSwap: boolean }>;
    if (!this.row || detail.target.id !== "live-body") return;
    detail.shouldSwap = false;
    this.isStale = true;
  }

  leave(event: BeforeUnloadEvent): void {
    if (this.row && this.text !== this.began) event.preventDefault();
  }

  private get input(): HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | null {
    return this.row?.querySelector("#record-edit") ?? null;
  }

  private get text(): string {
    return this.input?.value ?? "";
  }

  private async show(row: HTMLElement, address: string): Promise<void> {
    if (this.row && this.text !== this.began) {
      this.input?.focus();
      return;
    }
    this.close();
    const answer = await fetch(`${address}&inline=1`).catch(() => null);
    if (!answer?.ok) {
      location.assign(address);
      return;
    }
    this.row = row;
    this.place(await answer.text());
    this.began = this.text;
    this.isAsked = false;
  }

  /** The form in the place of the value. */
  private place(html: string): void {
    const value = this.row?.querySelector<HTMLElement>(".record-value");
    if (!value) return;
    value.querySelector(".record-field")?.remove();
    value.dataset["open"] = "";
    value.insertAdjacentHTML("beforeend", html);
    const { input } = this;
    input?.focus();
    if (input && !(input instanceof HTMLSelectElement)) input.setSelectionRange(input.value.length, input.value.length);
  }

  private async save(form: HTMLFormElement): Promise<void> {
    if (this.text === this.began && !form.querySelector("[role=alert]:not([hidden])")) return this.close();
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (!answer || answer.status >= 500) return this.say(this.offlineValue);
    if (answer.status === 204) {
      this.isStale = true;
      return this.close();
    }
    this.place(await answer.text());
  }

  private escape(): void {
    if (this.text === this.began || this.isAsked) return this.close();
    this.isAsked = true;
    this.say(this.againValue);
  }

  private say(words: string): void {
    const problem = this.row?.querySelector<HTMLElement>("[data-field-part=problem]");
    if (!problem) return;
    problem.hidden = false;
    problem.textContent = words;
  }

  /** The value is there again, with the focus; what happened meanwhile is shown. */
  private close(): void {
    const { row } = this;
    if (!row) return;
    this.row = null;
    const value = row.querySelector<HTMLElement>(".record-value");
    value?.querySelector(".record-field")?.remove();
    if (value) delete value.dataset["open"];
    value?.focus();
    if (this.isStale) void this.refresh(row.id);
    this.isStale = false;
  }

  private async refresh(id: string): Promise<void> {
    const body = document.getElementById("live-body");
    if (!body) return;
    const address = location.pathname + location.search;
    await fetchPart(address, { source: body, target: body, select: "#live-body", swap: "outerHTML settle:0ms" });
    document.getElementById(id)?.querySelector<HTMLElement>(".record-value")?.focus();
  }
}
