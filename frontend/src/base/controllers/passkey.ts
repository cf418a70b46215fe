import { Controller } from "@hotwired/stimulus";
import { pageHeaders, renewToken } from "../../account";
import { type AskingOptions, askPasskey, type MakingOptions, makePasskey, type PasskeyAnswer } from "../../passkeys";

/** What the server wants: one of the two. */
interface Wanted {
  creation_options: { publicKey: MakingOptions };
  request_options: { publicKey: AskingOptions };
}

/** A form that is sent with a passkey: it asks the browser for one, and says so where it gets none. */
export class PasskeyController extends Controller<HTMLElement> {
  static override targets = ["credential", "problem"];
  static override values = { data: String, url: String };
  declare readonly credentialTarget: HTMLInputElement;
  declare readonly problemTarget: HTMLElement;
  declare readonly dataValue: string;
  declare readonly urlValue: string;

  /** A name that was suggested is replaced by the one that is typed. */
  override connect(): void {
    const { activeElement } = document;
    if (this.element.contains(activeElement)) selectText(activeElement);
    // The browser may give the focus later than this script runs.
    else this.element.addEventListener("focusin", ({ target }) => selectText(target), { once: true });
  }

  make(event: Event): void {
    void this.send(event, async () => makePasskey((await this.wanted()).creation_options));
  }

  ask(event: Event): void {
    void this.send(event, async () => askPasskey((await this.wanted()).request_options));
  }

  private async send(event: Event, ceremony: () => Promise<PasskeyAnswer>): Promise<void> {
    event.preventDefault();
    this.problemTarget.hidden = true;
    try {
      this.credentialTarget.value = JSON.stringify(await ceremony());
    } catch {
      this.problemTarget.hidden = false;
      return;
    }
    const { form } = this.credentialTarget;
    if (!form) return;
    renewToken(form);
    form.submit();
  }

  /** What a signature says: its challenge fits nothing else. Other forms have none of it. */
  private asked(): string {
    const form = new FormData(this.credentialTarget.form ?? undefined);
    const said = ["meaning", "comment"].filter((name) => form.has(name)).map((name) => [name, String(form.get(name))]);
    return said.length ? `?${new URLSearchParams(said)}` : "";
  }

  /** Written into the page, or asked for where nobody is known yet. */
  private async wanted(): Promise<Wanted> {
    if (!this.urlValue) return JSON.parse(document.getElementById(this.dataValue)?.textContent ?? "{}");
    const headers = { Accept: "application/json", ...pageHeaders() };
    const response = await fetch(`${this.urlValue}${this.asked()}`, { headers });
    return response.json();
  }
}

function selectText(target: EventTarget | null): void {
  if (target instanceof HTMLInputElement) target.select();
}
