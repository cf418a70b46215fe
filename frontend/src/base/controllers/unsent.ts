import { Controller } from "@hotwired/stimulus";
import { unsent } from "../../unsent";

/**
 * Keeps what is written in an input or textarea until it is sent, and puts it back after a reload, in any browser.
 *
 * A form that is posted names the place, so that the server deletes the text with the act itself.
 */
export class UnsentController extends Controller<HTMLInputElement | HTMLTextAreaElement> {
  static override values = { place: String };
  declare readonly placeValue: string;
  private readonly name = document.createElement("input");
  private form: HTMLFormElement | null = null;
  /** What the form was sent with. */
  private sent: string | null = null;

  override connect(): void {
    this.name.type = "hidden";
    this.name.name = "unsent";
    this.form = this.element.form;
    if (this.form?.method === "post") this.form.append(this.name);
    this.element.addEventListener("input", this.typed);
    this.form?.addEventListener("submit", this.sending);
    this.form?.addEventListener("htmx:afterRequest", this.answered);
    void unsent.load().then(() => this.restore());
  }

  override disconnect(): void {
    this.name.remove();
    this.element.removeEventListener("input", this.typed);
    this.form?.removeEventListener("submit", this.sending);
    this.form?.removeEventListener("htmx:afterRequest", this.answered);
  }

  /** The same input may be about something else, such as a reply: what was begun there is shown. */
  placeValueChanged(place: string, before?: string): void {
    this.name.value = place;
    if (before) this.show(unsent.get(place));
  }

  private restore(): void {
    // What came with the page, a refused form say, or was typed meanwhile is newer.
    if (this.element.isConnected && this.element.value === "") this.show(unsent.get(this.placeValue));
  }

  private show(text: string): void {
    if (this.element.value === text) return;
    this.element.value = text;
    this.element.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "restored" }));
  }

  private readonly typed = (event: Event): void => {
    if ((event as CustomEvent<unknown>).detail !== "restored") unsent.keep(this.placeValue, this.element.value);
  };

  private readonly sending = (): void => {
    this.sent = this.element.value;
  };

  private readonly answered = (event: Event): void => {
    const { successful, requestConfig } = (event as CustomEvent<{ successful: boolean; requestConfig: { verb: string } }>).detail;
    if (!successful || requestConfig.verb !== "post" || this.sent === null) return;
    // What was typed while it was on its way is not sent.
    if (this.element.value === this.sent) unsent.sent(this.placeValue);
    else unsent.keep(this.placeValue, this.element.value);
    this.sent = null;
  };
}
