import { Controller } from "@hotwired/stimulus";
import { fetchPart } from "../../page_parts";
import { isPressed } from "../../shortcuts";

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

/**
 * The command palette: a question, and a list that Django writes for it. The focus stays in the question; the chosen
 * row is its active descendant. An entry's act goes to whoever on this page takes `palette:<act>`, else its address is
 * opened.
 */
export class PaletteController extends Controller<HTMLDialogElement> {
  static override targets = ["form", "question", "page", "field", "list", "option", "answer", "status"];
  declare readonly formTarget: HTMLFormElement;
  declare readonly questionTarget: HTMLInputElement;
  declare readonly pageTarget: HTMLInputElement;
  declare readonly fieldTarget: HTMLInputElement;
  declare readonly listTarget: HTMLElement;
  declare readonly optionTargets: HTMLElement[];
  declare readonly answerTarget: HTMLElement;
  declare readonly hasAnswerTarget: boolean;
  declare readonly statusTarget: HTMLElement;

  /** Enter was pressed before the list for what is typed had come. */
  private wanted: { comparing: boolean } | null = null;
  /** The row that the pointer is pressed on. */
  private under: HTMLElement | null = null;

  toggle(event: Event): void {
    event.preventDefault();
    if (this.element.open) this.element.close();
    else if (!document.querySelector("dialog:modal")) {
      this.opened();
      this.element.showModal();
    }
  }

  /** Asks for what is nearest to the page as it is now. */
  opened(): void {
    const sheet = document.querySelector<HTMLElement>("[data-sheet-field-value]");
    this.pageTarget.value = sheet ? (sheet.dataset["proposal"] ? "proposal" : "workspace") : "";
    this.fieldTarget.value = sheet?.dataset["sheetFieldValue"] ?? "";
    this.questionTarget.value = "";
    this.wanted = null;
    this.dispatch("ask", { target: this.formTarget, prefix: "palette" });
  }

  closed(): void {
    this.listTarget.replaceChildren();
  }

  arrived(): void {
    this.mark(this.optionTargets[0]);
    const { one = "", none = "" } = this.statusTarget.dataset;
    const found = this.optionTargets.length;
    this.statusTarget.textContent = found ? one.replace("{n}", String(found)) : none;
    if (this.wanted && this.isFresh) this.goToChosen(this.wanted.comparing);
  }

  key(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (isPressed("send", event)) {
      event.preventDefault();
      this.goToChosen(true);
    } else if (step && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.move(step);
    }
  }

  /** Enter sends the form. */
  choose(event: Event): void {
    event.preventDefault();
    this.goToChosen(false);
  }

  pressed(event: PointerEvent): void {
    this.under = event.button === 0 ? (event.currentTarget as HTMLElement) : null;
  }

  /** The list may be written anew between press and release; then there is no click, and the row meant is the one pressed. */
  lifted(event: PointerEvent): void {
    const { under } = this;
    this.under = null;
    if (under && !under.isConnected) this.go(under, event.ctrlKey || event.metaKey);
  }

  pick(event: MouseEvent): void {
    this.go(event.currentTarget as HTMLElement, event.ctrlKey || event.metaKey);
  }

  point(event: Event): void {
    this.mark(event.currentTarget as HTMLElement);
  }

  /** Whether the list is for what is typed now. */
  private get isFresh(): boolean {
    return this.hasAnswerTarget && this.answerTarget.dataset["question"] === this.questionTarget.value.split(/\s+/).filter(Boolean).join(" ");
  }

  private goToChosen(comparing: boolean): void {
    if (this.isFresh) this.go(this.chosen, comparing);
    else this.wanted = { comparing };
  }

  private get chosen(): HTMLElement | undefined {
    return this.optionTargets.find((option) => option.ariaSelected === "true");
  }

  private move(step: number): void {
    const at = this.chosen ? this.optionTargets.indexOf(this.chosen) : -1;
    const last = this.optionTargets.length - 1;
    const next = Math.abs(step) > 1 ? Math.min(Math.max(at + step, 0), last) : (at + step + last + 1) % (last + 1);
    this.mark(this.optionTargets[next]);
    this.optionTargets[next]?.scrollIntoView({ block: "nearest" });
  }

  private mark(option: HTMLElement | undefined): void {
    for (const one of this.optionTargets) one.setAttribute("aria-selected", String(one === option));
    if (option) this.questionTarget.setAttribute("aria-activedescendant", option.id);
    else this.questionTarget.removeAttribute("aria-activedescendant");
  }

  private go(option: HTMLElement | undefined, comparing = false): void {
    if (!option) return;
    const { act = "", value = "", href = "", dialog = "", compare = "" } = option.dataset;
    // What is chosen may want the focus for itself: first it goes back to where it was.
    this.element.close();
    const dialogs = document.getElementById("palette-dialogs");
    if (comparing && compare) location.assign(compare);
    else if (act === "dialog") openDialog(value);
    else if (act === "sign-out") document.querySelector<HTMLFormElement>("#sign-out")?.requestSubmit();
    else if (dialog && dialogs) void fetchPart(dialog, { source: dialogs, target: dialogs, swap: "innerHTML" });
    else if (!(act && this.dispatch(act, { target: window, prefix: "palette", detail: value }).defaultPrevented) && href) location.assign(href);
  }
}

function openDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) return;
  dialog.dispatchEvent(new CustomEvent("opener:opened"));
  if (!dialog.open) dialog.showModal();
}
