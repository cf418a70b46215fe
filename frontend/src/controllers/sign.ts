import { Controller } from "@hotwired/stimulus";

/** The dialog to sign: the chosen meaning stands in the address, and the statement says the comment as it is typed. */
export class SignController extends Controller<HTMLElement> {
  static override targets = ["form", "said"];
  declare readonly formTarget: HTMLFormElement;
  declare readonly saidTarget: HTMLElement;

  chosen(event: Event): void {
    const choice = event.target as HTMLInputElement;
    if (choice.name !== "meaning") return;
    const address = new URL(location.href);
    address.searchParams.set("sign", choice.value);
    history.replaceState(history.state, "", address);
    this.formTarget.action = address.href;
  }

  said(event: Event): void {
    this.saidTarget.textContent = (event.target as HTMLInputElement).value.trim() || "–";
  }
}
