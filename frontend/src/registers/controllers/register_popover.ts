import { Disclosure } from "../../controllers/disclosure";

/** A button and a small form under it. */
export class RegisterPopoverController extends Disclosure {
  static override targets = ["button", "panel"];
  declare readonly panelTarget: HTMLElement;

  protected override get shown(): HTMLElement {
    return this.panelTarget;
  }

  protected override opened(): void {
    this.panelTarget.querySelector<HTMLElement>("select, input:not([type=hidden]), a, button")?.focus();
  }
}
