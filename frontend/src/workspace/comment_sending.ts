import htmx from "htmx.org";
import { succeeded } from "../responses";

/** The thread that the composer answers, and where to send the answer. */
export interface Answering {
  thread: string;
  url: string;
}

/** What the composer holds, and where it belongs. */
export interface Written {
  text: string;
  answering: Answering | null;
  url: string;
  about: Record<string, string>;
}

/**
 * Sends what is written in a form, one after the other: what is sent while another text is on its way waits for the answer
 * to that. htmx would read the form again only then, when it is empty, and send nothing.
 */
export class CommentSending {
  private isBusy = false;
  private queued: Written | null = null;

  /** `emptied`: a text has arrived, and nothing else is written. */
  constructor(
    private readonly form: HTMLFormElement,
    private readonly input: HTMLTextAreaElement,
    private readonly button: HTMLButtonElement,
    private readonly emptied: (sent: Written) => void,
  ) {}

  /** By key, as the button does. */
  request(written: Written): void {
    if (this.isBusy) this.queued = written;
    else this.form.requestSubmit();
  }

  /** The form is submitted. */
  async send(written: Written): Promise<void> {
    const sent = this.queued ?? written;
    this.queued = null;
    this.isBusy = this.button.disabled = true;
    let isDone = false;
    const answered = (answer: Event) => (isDone = succeeded(answer));
    this.form.addEventListener("htmx:afterRequest", answered);
    const values = { text: sent.text, ...sent.about };
    // Where nobody answers, a note says so, and the text stays.
    await htmx.ajax("post", sent.url, { source: this.form, swap: "none", values }).catch(() => undefined);
    this.form.removeEventListener("htmx:afterRequest", answered);
    this.isBusy = this.button.disabled = false;
    if (isDone) this.arrived(sent);
    else this.refused(sent);
  }

  private arrived(sent: Written): void {
    const { value } = this.input;
    if (value === sent.text) {
      this.queued = null;
      this.input.value = "";
      this.emptied(sent);
    } else if (value.startsWith(sent.text)) {
      this.write(value.slice(sent.text.length).trimStart());
    }
    if (this.queued) this.form.requestSubmit();
  }

  /** What was written over a text that did not arrive is below it. */
  private refused(sent: Written): void {
    this.queued = null;
    if (!this.input.value.startsWith(sent.text)) this.write(`${sent.text}\n\n${this.input.value}`);
  }

  private write(text: string): void {
    this.input.value = text;
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
