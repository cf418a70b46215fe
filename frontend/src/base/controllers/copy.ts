import { Controller } from "@hotwired/stimulus";

/** Copies a text to the clipboard and says so on the button for a moment. */
export class CopyController extends Controller<HTMLElement> {
  static override targets = ["source", "label"];
  static override values = { text: String, done: String };
  declare readonly sourceTarget: HTMLElement;
  declare readonly hasSourceTarget: boolean;
  declare readonly labelTarget: HTMLElement;
  declare readonly textValue: string;
  declare readonly doneValue: string;

  async copy(): Promise<void> {
    const text = this.hasSourceTarget ? (this.sourceTarget.textContent ?? "") : this.textValue || location.href;
    await navigator.clipboard.writeText(text.trim());
    const before = this.labelTarget.textContent;
    this.labelTarget.textContent = this.doneValue;
    window.setTimeout(() => (this.labelTarget.textContent = before), 2_000);
  }
}
