import { Controller } from "@hotwired/stimulus";

/** The dialog to sign: the chosen meaning is in the address, and the statement shows the comment as it is typed. */
export class SignController extends Controller<HTMLElement> {
  static override targets = ["form", "said"];
  declare readonly formTarget: HTMLFormElement;
  declare readonly saidTarget: HTMLElement;

  /** Whoever was quicker than this script has chosen already. */
  override connect(): void {
    const choice = this.formTarget.querySelector<HTMLInputElement>("input[name=meaning]:checked");
    const chosen = new URL(location.href).searchParams.get("sign");
    if (choice && chosen !== null && chosen !== choice.value) this.choose(choice);
  }

  chosen(event: Event): void {
    const choice = event.target as HTMLInputElement;
    if (choice.name === "meaning") this.choose(choice);
  }

  private choose(choice: HTMLInputElement): void {
    const address = new URL(location.href);
    address.searchParams.set("sign", choice.value);
    history.replaceState(history.state, "", address);
    this.formTarget.action = address.href;
  }

  said(event: Event): void {
    this.saidTarget.textContent = (event.target as HTMLInputElement).value.trim() || "–";
  }
}
