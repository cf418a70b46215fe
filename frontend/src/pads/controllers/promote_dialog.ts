import { LiveController } from "../../controllers/live";
import { fetchPart, Retry } from "../../page_parts";
import { say } from "../../texts";
import { session } from "../instance";
import { DialogLock } from "../promote/lock";

/** Milliseconds: several events are one reason to ask again. */
const DELAY = 30;
/** How the form says that this window holds the field. */
const HELD = "yours";
/** What is chosen in the form. */
const CHOICES = ["part", "into"] as const;
const FOLLOWED = ["lock.", "draft.", "release.", "project.", "member."];

interface Answer {
  xhr: XMLHttpRequest;
  requestConfig: { verb: string };
}

/** Whether a request of htmx sends the form; others ask for it as things are now. */
function isSent(event: Event): boolean {
  return (event as CustomEvent<Answer>).detail.requestConfig.verb === "post";
}

/** The dialog for promoting: holds the field's lock while it is open, follows its versions, and closes once it is done. */
export class PromoteDialogController extends LiveController<HTMLDialogElement> {
  static override targets = ["form", "status"];
  static override values = { ttl: Number };
  declare readonly formTarget: HTMLFormElement;
  declare readonly statusTarget: HTMLElement;
  declare readonly ttlValue: number;
  private isSending = false;
  private askedBy = "";
  private timer = 0;
  private lock: DialogLock | null = null;
  private readonly retry = new Retry(() => void this.refresh());

  override connect(): void {
    this.follow(
      session.gateway.on("event", ({ name }) => {
        if (FOLLOWED.some((prefix) => name.startsWith(prefix))) this.again();
      }),
      session.gateway.on("missed", () => this.again()),
      () => window.clearTimeout(this.timer),
      () => this.lock?.end(),
    );
  }

  /** The form as it came: it says whether the field is free, and whether there is anything to promote. */
  formTargetConnected(form: HTMLFormElement): void {
    const { field, act, lock: state } = form.dataset;
    if (!this.lock) {
      this.lock = new DialogLock(session.gateway, this.ttlValue, state === HELD ? field! : null);
      this.follow(
        this.lock.on("changed", () => this.soon()),
        this.lock.on("asked", ({ display_name: name }) => {
          this.askedBy = name;
          this.paintAsked();
        }),
      );
    }
    this.lock.want(act === "promote" ? field! : null, state === HELD);
    this.fillIn();
    if (state !== HELD) this.askedBy = "";
    this.paintAsked();
  }

  /** Cancelled, or done: the field is free again. */
  closed(): void {
    this.lock?.end();
  }

  sending(event: Event): void {
    this.isSending ||= isSent(event);
  }

  /** Its form was sent; a refusal comes back as the form with what is wrong. */
  answered(event: Event): void {
    if (!isSent(event)) return;
    this.isSending = false;
    if ((event as CustomEvent<Answer>).detail.xhr.status !== 204) return;
    this.lock?.spent();
    this.element.close();
  }

  /** What was asked for before the form was sent, or something else was chosen in it, says nothing new. */
  keep(event: Event): void {
    if (isSent(event)) return;
    const asked = new URL((event as CustomEvent<Answer>).detail.xhr.responseURL).searchParams;
    const chosen = new FormData(this.formTarget);
    const isOld = CHOICES.some((name) => asked.getAll(name).at(-1) !== chosen.get(name));
    if (this.isSending || isOld) event.preventDefault();
    if (isOld) this.soon();
  }

  /** Who asks for the field while it is held here. */
  private paintAsked(): void {
    const { label, lock: state } = this.formTarget.dataset;
    if (this.askedBy && state === HELD) this.statusTarget.textContent = say("pads.promote.asked", { name: this.askedBy, field: label! });
  }

  /** Something happened in the project: what was refused may be possible now. */
  private again(): void {
    this.lock?.askAgain();
    this.soon();
  }

  private soon(): void {
    this.fillIn();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.refresh(), DELAY);
  }

  /** What the form sends of this window: its session, and the lock. */
  private fillIn(): void {
    const inputs = this.formTarget.elements;
    (inputs.namedItem("session") as HTMLInputElement).value = session.gateway.rememberedSession;
    (inputs.namedItem("token") as HTMLInputElement).value = String(this.lock?.token ?? "");
  }

  /** As things are now, with what was chosen and written here. */
  private async refresh(): Promise<void> {
    // The answer of what was sent is newer than any event.
    if (!this.element.open || this.isSending) return;
    const before = this.message;
    const sent = before.value;
    const given = new URLSearchParams();
    for (const [name, value] of new FormData(this.formTarget)) {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken") given.set(name, value);
    }
    const focused = this.element.contains(document.activeElement) ? (document.activeElement?.id ?? "") : "";
    this.retry.begin();
    const address = `${this.formTarget.action}?form&${given}`;
    const isDone = await fetchPart(address, { source: this.element, target: "#promote-form", swap: "outerHTML settle:0ms" });
    const { message } = this;
    // What was typed while the answer was on its way.
    if (message !== before && before.value !== sent) message.value = before.value;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    if (message !== before && focused === message.id) message.setSelectionRange(before.selectionStart, before.selectionEnd);
    this.retry.end(isDone);
  }

  private get message(): HTMLTextAreaElement {
    return this.formTarget.elements.namedItem("message") as HTMLTextAreaElement;
  }
}
