import { Controller } from "@hotwired/stimulus";
import { pressed, types } from "../../shortcuts";
import { TypedForm } from "../typed_form";

/**
 * The keys of the conflict inbox: 1 to 9 pick a value, Enter keeps it, P and N go to the conflicts beside it, O opens the
 * record. Where there are acts instead of values, the number of a button presses it.
 */
export class RegisterConflictController extends Controller<HTMLElement> {
  static override targets = ["form", "pick", "text", "submit", "choice", "words"];
  static override values = { before: String, after: String, record: String };
  declare readonly formTarget: HTMLFormElement;
  declare readonly hasFormTarget: boolean;
  declare readonly pickTargets: HTMLInputElement[];
  declare readonly textTarget: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
  declare readonly hasTextTarget: boolean;
  declare readonly submitTarget: HTMLButtonElement;
  declare readonly hasSubmitTarget: boolean;
  declare readonly choiceTargets: HTMLButtonElement[];
  declare readonly wordsTarget: HTMLElement;
  declare readonly hasWordsTarget: boolean;
  declare readonly beforeValue: string;
  declare readonly afterValue: string;
  declare readonly recordValue: string;

  private readonly typedForm = new TypedForm();

  override connect(): void {
    this.element.addEventListener("htmx:beforeSwap", this.goes);
    this.element.addEventListener("htmx:afterSettle", this.came);
  }

  override disconnect(): void {
    this.element.removeEventListener("htmx:beforeSwap", this.goes);
    this.element.removeEventListener("htmx:afterSettle", this.came);
  }

  key(event: KeyboardEvent): void {
    if (event.defaultPrevented || types(event) || event.altKey || event.ctrlKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (this.act(event)) event.preventDefault();
  }

  /** The words of the button say what it keeps. */
  picked(): void {
    const picked = this.pickTargets.find((each) => each.checked);
    const isOther = picked?.value === "other" && this.hasTextTarget;
    const value = isOther ? this.typedWords : (picked?.dataset["words"] ?? "");
    if (this.hasWordsTarget) this.wordsTarget.textContent = this.phrase(isOther ? (value ? "other" : "empty") : "words", value);
    if (isOther) this.textTarget.focus();
  }

  /** Whoever types another value means it. */
  typed(): void {
    const other = this.pickTargets.find((each) => each.value === "other");
    if (other) other.checked = true;
    this.picked();
  }

  private readonly goes = (): void => {
    if (this.hasFormTarget) this.typedForm.keep(this.formTarget);
  };

  private readonly came = (): void => {
    if (!this.hasFormTarget) return;
    this.typedForm.restore(this.formTarget);
    const focused = document.activeElement;
    this.picked();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  };

  /** The value that was typed; of a choice, its words. */
  private get typedWords(): string {
    const field = this.textTarget;
    if (field instanceof HTMLSelectElement) return field.value ? (field.selectedOptions[0]?.textContent.trim() ?? "") : "";
    return field.value.trim();
  }

  private phrase(name: string, value: string): string {
    return (this.wordsTarget.dataset[name] ?? "").replace("{value}", shorten(value));
  }

  private act(event: KeyboardEvent): boolean {
    if (/^[1-9]$/.test(event.key)) return this.pick(Number(event.key));
    if (event.key === "Enter") return this.keep(event);
    const shortcut = pressed(event);
    if (shortcut === "change-before") return go(this.beforeValue);
    if (shortcut === "change-after") return go(this.afterValue);
    return shortcut === "conflict-open" && go(this.recordValue);
  }

  private pick(number: number): boolean {
    if (this.pickTargets.length === 0) return this.press(number);
    const found = this.pickTargets[number - 1];
    if (!found || found.disabled) return false;
    found.checked = true;
    found.focus();
    this.picked();
    return true;
  }

  /** Of acts, the button with this number. */
  private press(number: number): boolean {
    const found = this.hasFormTarget ? [...this.formTarget.querySelectorAll<HTMLButtonElement>("button[type=submit]")] : [];
    const numbered = found.find((each) => each.querySelector(".kbd")?.textContent.trim() === String(number));
    numbered?.click();
    return numbered !== undefined;
  }

  private keep(event: KeyboardEvent): boolean {
    if (!this.hasSubmitTarget || (event.target instanceof HTMLElement && event.target.closest("a, button"))) return false;
    this.submitTarget.click();
    return true;
  }
}

function go(address: string): boolean {
  if (address) location.assign(address);
  return address !== "";
}

function shorten(value: string): string {
  return value.length > 24 ? `${value.slice(0, 23)}…` : value;
}
