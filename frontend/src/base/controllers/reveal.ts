import { Controller } from "@hotwired/stimulus";

/** Shows a password while it is typed, for whoever wants to check it; it is hidden again before it is sent. */
export class RevealController extends Controller<HTMLElement> {
  static override targets = ["button"];
  declare readonly buttonTarget: HTMLButtonElement;

  override connect(): void {
    this.buttonTarget.hidden = false;
    this.input?.form?.addEventListener("submit", this.hide);
  }

  override disconnect(): void {
    this.input?.form?.removeEventListener("submit", this.hide);
  }

  toggle(): void {
    this.show(this.input?.type === "password");
    this.input?.focus();
  }

  private readonly hide = (): void => this.show(false);

  private show(shown: boolean): void {
    if (this.input) this.input.type = shown ? "text" : "password";
    this.buttonTarget.setAttribute("aria-pressed", String(shown));
  }

  private get input(): HTMLInputElement | null {
    return this.element.querySelector("input");
  }
}
