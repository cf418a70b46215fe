import { LiveController } from "../../controllers/live";
import { fetchPart, Retry } from "../../page_parts";
import { session } from "../instance";

const FOLLOWED = ["lock.", "draft.", "release.", "project.", "member."];

interface Answer {
  xhr: XMLHttpRequest;
  requestConfig: { verb: string };
}

/** Whether a request of htmx sends the form; others ask for it as things are now. */
function isSent(event: Event): boolean {
  return (event as CustomEvent<Answer>).detail.requestConfig.verb === "post";
}

/** The dialog for promoting: follows the field's lock and versions, and closes once it is done. */
export class PromoteDialogController extends LiveController<HTMLDialogElement> {
  static override targets = ["form"];
  declare readonly formTarget: HTMLFormElement;
  private isSending = false;
  private readonly retry = new Retry(() => void this.refresh());

  override connect(): void {
    this.follow(
      session.gateway.on("event", ({ name }) => {
        if (FOLLOWED.some((prefix) => name.startsWith(prefix))) void this.refresh();
      }),
      session.gateway.on("missed", () => void this.refresh()),
    );
  }

  sending(event: Event): void {
    this.isSending ||= isSent(event);
  }

  /** Its form was sent; a refusal comes back as the form with what is wrong. */
  answered(event: Event): void {
    if (!isSent(event)) return;
    this.isSending = false;
    if ((event as CustomEvent<Answer>).detail.xhr.status === 204) this.element.close();
  }

  /** What was asked for before the form was sent says nothing new. */
  keep(event: Event): void {
    if (this.isSending && !isSent(event)) event.preventDefault();
  }

  /** As things are now, with what was chosen and written here. */
  private async refresh(): Promise<void> {
    // The answer of what was sent is newer than any event.
    if (!this.element.open || this.isSending) return;
    const given = new URLSearchParams();
    for (const [name, value] of new FormData(this.formTarget)) {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken") given.set(name, value);
    }
    const focused = this.element.contains(document.activeElement) ? (document.activeElement?.id ?? "") : "";
    this.retry.begin();
    const address = `${this.formTarget.action}?form&${given}`;
    const isDone = await fetchPart(address, { source: this.element, target: "#promote-form", swap: "outerHTML settle:0ms" });
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    this.retry.end(isDone);
  }
}
