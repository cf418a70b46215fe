import { Controller } from "@hotwired/stimulus";
import { isPressed, pressed, types } from "../../shortcuts";

/**
 * Turns key presses into `shortcut:<name>` events of the window. Who takes one prevents its default; then neither the
 * browser nor the editor sees the key. While a dialog is open, only what opens and closes the palette goes through.
 */
export class ShortcutsController extends Controller<HTMLElement> {
  override connect(): void {
    window.addEventListener("keydown", this.key, { capture: true });
    window.addEventListener("keydown", this.send);
  }

  override disconnect(): void {
    window.removeEventListener("keydown", this.key, { capture: true });
    window.removeEventListener("keydown", this.send);
  }

  /** Sends the form of a text that is marked for it. */
  private readonly send = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.repeat || event.isComposing || !isPressed("send", event)) return;
    if (!(event.target instanceof HTMLTextAreaElement) || !("sentByKey" in event.target.dataset)) return;
    event.preventDefault();
    event.target.form?.querySelector<HTMLButtonElement>("button[type=submit]")?.click();
  };

  private readonly key = (event: KeyboardEvent): void => {
    const name = pressed(event);
    if (!name || types(event) || event.isComposing) return;
    if (document.querySelector("dialog:modal") && name !== "palette") return;
    if (!event.repeat && this.dispatch(name, { target: window, prefix: "shortcut" }).defaultPrevented) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
}
