import { EditorView } from "@codemirror/view";
import { setActiveComment, setComments } from "../../editor/comments";
import { savedText } from "../../editor/unsaved";
import type { ProjectEvent } from "../../protocol";
import { isPressed } from "../../shortcuts";
import { say } from "../../texts";
import { unsent } from "../../unsent";
import { project } from "../instance";
import { type Answering, CommentSending, type Written } from "../comment_sending";
import { markOf, placeOfSelection, placeWords, shownField } from "../comment_places";
import type { Field } from "../field";
import { LiveController, part } from "../../controllers/live";
import { countOnTab } from "./panel";
import { Partial } from "../../controllers/partials";

const PAINT_DELAY = 250;
const ORDER = "foundry.comments-order";
const ANNOUNCED: Record<string, string> = {
  "comment.created": "announce.comment.created",
  "comment.answered": "announce.comment.answered",
  "comment.resolved": "announce.comment.resolved",
  "comment.reopened": "announce.comment.reopened",
  "comment.withdrawn": "announce.comment.withdrawn",
};

/** The threads beside the editor, their marks in it, and the one place to say something. */
export class CommentsController extends LiveController {
  static override targets = ["list", "facts", "thread", "composer", "text", "about", "foot", "whole", "submit"];
  static override values = { url: String };
  declare readonly listTarget: HTMLElement;
  declare readonly factsTarget: HTMLElement;
  declare readonly threadTargets: HTMLElement[];
  declare readonly composerTarget: HTMLFormElement;
  declare readonly hasComposerTarget: boolean;
  declare readonly textTarget: HTMLTextAreaElement;
  declare readonly aboutTarget: HTMLElement;
  declare readonly footTarget: HTMLElement;
  declare readonly wholeTarget: HTMLButtonElement;
  declare readonly submitTarget: HTMLButtonElement;
  declare readonly urlValue: string;
  private partial!: Partial;
  private active = "";
  private showsClosed = false;
  private timer = 0;
  /** Whether the new comment is on the whole field, whatever is selected. */
  private onField = false;
  private answering: Answering | null = null;
  private sending!: CommentSending;
  /** What each field's marks were made from, so that they are made once. */
  private readonly marked = new Map<Field, string>();

  override connect(): void {
    this.partial = new Partial(this.listTarget, () => this.address(), () => this.arrived());
    if (this.hasComposerTarget) {
      this.sending = new CommentSending(this.composerTarget, this.textTarget, this.submitTarget, (sent) => this.sent(sent));
    }
    this.follow(
      project.on("event", (event) => this.onEvent(event)),
      project.on("version", () => {
        window.dispatchEvent(new CustomEvent("attachments-moved"));
        this.refresh();
      }),
      project.on("field", (field) => this.mark(field)),
    );
    window.addEventListener("sheet:painted", this.paintSoon);
    window.addEventListener("comments:chosen", this.chosen);
    window.addEventListener("field:chosen", this.fieldChosen);
    const asked = new URLSearchParams(location.search).get("comment");
    if (asked) this.activate(asked);
    this.arrived();
    void unsent.load().then(() => this.goOn());
    if (localStorage.getItem(ORDER) === "newest") this.refresh();
  }

  /** A reply that was begun before the page was loaded goes on, unless a comment did. */
  private goOn(): void {
    if (!this.hasComposerTarget || this.textTarget.value || unsent.get("comment")) return;
    const begun = this.threadTargets.find((thread) => unsent.get(`reply:${thread.dataset["thread"]}`));
    const button = begun?.querySelector<HTMLElement>("[data-action='comments#reply']");
    if (begun && button) this.answer(begun, button.dataset["url"] ?? "");
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("sheet:painted", this.paintSoon);
    window.removeEventListener("comments:chosen", this.chosen);
    window.removeEventListener("field:chosen", this.fieldChosen);
  }

  refresh(): void {
    void this.partial.refresh();
  }

  /** An act of ours was done: show the thread that it was about. */
  changed(event: CustomEvent<{ thread?: string }>): void {
    if (event.detail.thread) this.activate(event.detail.thread);
    this.refresh();
  }

  toggleClosed(): void {
    this.showsClosed = !this.showsClosed;
    this.refresh();
  }

  /** By line or the newest first; remembered in this browser. */
  order(event: Event): void {
    localStorage.setItem(ORDER, (event.currentTarget as HTMLSelectElement).value);
    this.refresh();
  }

  choose(event: Event): void {
    const thread = (event.currentTarget as HTMLElement).dataset["thread"] ?? "";
    if (thread !== this.active) this.activate(thread);
  }

  /** From a thread to its line, also in another field. */
  go(event: Event): void {
    const thread = (event.currentTarget as HTMLElement).closest<HTMLElement>(".thread");
    if (!thread) return;
    this.activate(thread.dataset["thread"] ?? "");
    const name = thread.dataset["field"] ?? "";
    if (shownField()?.name !== name) document.querySelector<HTMLElement>(`[data-fields-target="row"][data-field="${CSS.escape(name)}"]`)?.click();
    const field = project.fields.get(name);
    if (field) void project.load(field).then(() => queueMicrotask(() => this.scrollTo(field, thread)));
  }

  reply(event: Event): void {
    const button = event.currentTarget as HTMLElement;
    const thread = button.closest<HTMLElement>(".thread");
    if (!thread) return;
    this.answer(thread, button.dataset["url"] ?? "");
    this.textTarget.focus();
  }

  private answer(thread: HTMLElement, url: string): void {
    this.answering = { thread: thread.dataset["thread"] ?? "", url };
    this.aboutTarget.querySelector("span")!.textContent = say("comment.reply_to", { name: part(thread, "author")?.textContent ?? "" });
    this.paint();
  }

  cancelReply(): void {
    this.answering = null;
    this.paint();
    this.textTarget.focus();
  }

  toggleField(): void {
    this.onField = !this.onField;
    this.paint();
    this.textTarget.focus();
  }

  /** On the selected lines, by key or from the palette. */
  begin(event: Event): void {
    if (!this.hasComposerTarget) return;
    event.preventDefault();
    this.answering = null;
    this.onField = false;
    this.dispatch("show", { target: window, prefix: "panel", detail: "comments" });
    this.paint();
    this.textTarget.focus();
  }

  /** On the whole field, whatever is selected. */
  beginOnField(event: Event): void {
    this.begin(event);
    this.onField = this.hasComposerTarget;
    this.paint();
  }

  composerKey(event: KeyboardEvent): void {
    if (isPressed("send", event)) {
      event.preventDefault();
      this.sending.request(this.written());
    } else if (isPressed("leave", event)) {
      this.answering = null;
      this.onField = false;
      this.paint();
      shownField()?.view?.focus();
    }
  }

  send(event: Event): void {
    event.preventDefault();
    void this.sending.send(this.written());
  }

  private written(): Written {
    const place = placeOfSelection(shownField());
    const lines = !place || this.onField ? {} : { from_line: String(place.from), to_line: String(place.to), quote: place.quote };
    const about = this.answering || !place ? {} : { version: String(project.version), field: place.field.name, ...lines };
    return { text: this.textTarget.value, answering: this.answering, url: this.answering?.url ?? this.urlValue, about };
  }

  private sent({ answering }: Written): void {
    // Whoever began to answer another thread meanwhile goes on with that.
    if (this.answering === answering) this.answering = null;
    this.onField = false;
    this.paint();
  }

  private address(): string {
    const order = localStorage.getItem(ORDER) ?? "line";
    const query = new URLSearchParams({ field: shownField()?.name ?? "", order, ...(this.showsClosed ? { closed: "1" } : {}) });
    return `${this.urlValue}?${query}`;
  }

  /** The threads are new on the page: count them, mark them in the texts. */
  private arrived(): void {
    countOnTab("comments", Number(this.factsTarget.dataset["open"]));
    this.paintActive();
    this.marked.clear();
    for (const field of project.fields.values()) this.mark(field);
  }

  private mark(field: Field): void {
    if (!field.state) return;
    const made = `${field.base} ${savedText(field.state).length}`;
    if (this.marked.get(field) === made) return;
    this.marked.set(field, made);
    const marks = this.threadTargets.flatMap((thread) => markOf(thread, field) ?? []);
    // The field is told about while its editor is updating; a second change waits until that is over.
    queueMicrotask(() => field.apply({ effects: [setComments.of(marks), setActiveComment.of(this.active)] }));
  }

  private activate(thread: string): void {
    this.active = thread;
    this.paintActive();
    for (const field of project.fields.values()) if (field.state) field.apply({ effects: setActiveComment.of(thread) });
  }

  private paintActive(): void {
    for (const thread of this.threadTargets) thread.toggleAttribute("data-active", thread.dataset["thread"] === this.active);
  }

  private scrollTo(field: Field, thread: HTMLElement): void {
    const mark = markOf(thread, field);
    if (!mark || !field.view) return;
    field.view.dispatch({ effects: EditorView.scrollIntoView(mark.from, { y: "center" }) });
  }

  /** Not at every key, but also while somebody goes on typing: finding the saved lines under the cursor compares two texts. */
  private readonly paintSoon = (): void => {
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      this.paint();
    }, PAINT_DELAY);
  };

  /** The words that say what the composer is about. */
  paint(): void {
    if (!this.hasComposerTarget) return;
    const place = placeOfSelection(shownField());
    const isReply = this.answering !== null;
    // What is written to a thread and what is written to the text are kept apart.
    const begun = this.answering ? `reply:${this.answering.thread}` : "comment";
    this.textTarget.dataset["unsentPlaceValue"] = this.composerTarget.dataset["commentFilesPlaceValue"] = begun;
    const words = !place ? say("comment.nothing") : this.onField ? say("comment.on_field", { field: place.field.label }) : placeWords(place);
    this.aboutTarget.hidden = !isReply;
    this.textTarget.disabled = !isReply && !place;
    this.textTarget.placeholder = isReply ? say("comment.reply") : words;
    this.wholeTarget.hidden = isReply;
    this.wholeTarget.setAttribute("aria-pressed", String(this.onField));
    this.submitTarget.textContent = isReply ? say("comment.reply") : say("comment.send");
    this.footTarget.hidden = !(this.textTarget.value || isReply || document.activeElement === this.textTarget);
  }

  private readonly chosen = (event: Event): void => {
    const thread = (event as CustomEvent<string>).detail;
    this.activate(thread);
    this.dispatch("show", { target: window, prefix: "panel", detail: "comments" });
    document.getElementById(`thread-${thread}`)?.scrollIntoView({ block: "nearest" });
  };

  private readonly fieldChosen = (): void => {
    // The sheet shows the new field after this event.
    queueMicrotask(() => this.refresh());
  };

  private onEvent({ name, actor, data }: ProjectEvent): void {
    // The files of comments are shown here, those of the project and its versions in a panel of their own.
    if (name.startsWith("attachment.")) window.dispatchEvent(new CustomEvent("attachments-changed"));
    // Those on proposals are on the proposals' pages.
    if (!name.startsWith("comment.") || data["proposal_id"]) return;
    this.refresh();
    if (actor.id === project.me.id) return;
    const field = project.fields.get(String(data["target_field"]))?.label ?? String(data["target_field"]);
    const words = ANNOUNCED[name];
    if (words) project.announce(say(words, { name: actor.display_name, field }));
  }
}
