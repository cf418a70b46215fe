import { Refused } from "../../gateway";
import { lineDelta } from "../../editor/unsaved";
import { isPressed } from "../../shortcuts";
import { count, say } from "../../texts";
import { unsent } from "../../unsent";
import { AskingController } from "../asking";
import { sayWhyNotSaved } from "../asking_to_save";
import { attempt, reasonOf } from "../attempt";
import { project } from "../instance";
import type { Field } from "../field";
import { instantiate } from "../../controllers/live";

/** Save with a message, some of the fields, and giving them back or not. */
export class SaveDialogController extends AskingController {
  static override targets = ["title", "fields", "template", "message", "keep", "from", "submit"];
  declare readonly titleTarget: HTMLElement;
  declare readonly fieldsTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  declare readonly messageTarget: HTMLTextAreaElement;
  declare readonly keepTarget: HTMLInputElement;
  declare readonly fromTarget: HTMLElement;
  declare readonly submitTarget: HTMLButtonElement;

  protected prepare(): void {
    const words = say("save.as", { version: project.version + 1 });
    this.titleTarget.textContent = this.submitTarget.textContent = words;
    this.fromTarget.textContent = say("save.from", { version: project.version, name: project.me.display_name });
    this.fieldsTarget.replaceChildren(...project.saving.ready().map((field) => this.row(field)));
    this.choose();
  }

  /** Without a field there is nothing to save. */
  choose(): void {
    this.submitTarget.disabled = this.fieldsTarget.querySelector("input:checked") === null;
  }

  private row(field: Field): HTMLElement {
    const row = instantiate(this.templateTarget);
    const { added, removed } = field.state ? lineDelta(field.state) : { added: 0, removed: 0 };
    row.querySelector("input")!.value = field.name;
    row.querySelector("input + span")!.textContent = field.label;
    row.querySelector(".delta-plus")!.textContent = added > 0 ? `+${added}` : "";
    row.querySelector(".delta-minus")!.textContent = removed > 0 ? `−${removed}` : "";
    return row;
  }

  /** Mod+Enter in the message. */
  key(event: KeyboardEvent): void {
    if (!isPressed("send", event)) return;
    event.preventDefault();
    this.submitTarget.click();
  }

  submit(): void {
    const chosen = [...this.fieldsTarget.querySelectorAll<HTMLInputElement>("input:checked")].map((box) => project.field(box.value));
    const message = this.messageTarget.value.replace(/\s+/g, " ").trim();
    const typed = this.messageTarget.value;
    const saved = project.saving.save({ fields: chosen, message, keep: this.keepTarget.checked });
    void saved.then((isSaved) => {
      project.focusText();
      if (!isSaved) sayWhyNotSaved();
      else if (this.messageTarget.value === typed) sent(this.messageTarget);
    });
  }
}

/** Cancel says what happens to the text. */
export class GiveBackController extends AskingController {
  static override targets = ["title", "text", "keepHint", "dropHint"];
  declare readonly titleTarget: HTMLElement;
  declare readonly textTarget: HTMLElement;
  declare readonly keepHintTarget: HTMLElement;
  declare readonly dropHintTarget: HTMLElement;
  private field: Field | null = null;

  protected prepare(detail: unknown): void {
    const field = detail as Field;
    this.field = field;
    const { added, removed } = field.state ? lineDelta(field.state) : { added: 0, removed: 0 };
    this.titleTarget.textContent = say("give_back.title", { field: field.label });
    this.textTarget.textContent = count("give_back.text", Math.max(added, removed));
    this.keepHintTarget.textContent = say("give_back.keep", { field: field.label });
    this.dropHintTarget.textContent = say(field.base > 0 ? "give_back.drop" : "give_back.drop_empty", {
      field: field.label,
      version: field.base,
    });
  }

  submit(event: SubmitEvent): void {
    const fate = new FormData(event.target as HTMLFormElement).get("fate");
    if (this.field) void project.locks.giveBack(this.field, { dropText: fate === "drop" }).then(() => project.focusText());
  }
}

/** A new file: its path is checked by taking its lock. */
export class NewFileController extends AskingController {
  static override targets = ["path", "error", "begun"];
  declare readonly pathTarget: HTMLInputElement;
  declare readonly errorTarget: HTMLElement;
  /** Takes what is typed until there is an editor. */
  declare readonly begunTarget: HTMLTextAreaElement;
  /** The file whose editor the dialog waits for. */
  private opening = "";

  override connect(): void {
    super.connect();
    window.addEventListener("sheet:shown", this.shown);
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("sheet:shown", this.shown);
  }

  protected prepare(detail: unknown): void {
    this.begunTarget.value = this.opening = "";
    // A folder, where the file is asked for in one.
    this.pathTarget.value = typeof detail === "string" ? detail : "";
    this.begunTarget.hidden = true;
    this.fail("");
  }

  async submit(event: Event): Promise<void> {
    event.preventDefault();
    const path = this.pathTarget.value.trim().normalize("NFC");
    this.fail("");
    this.begunTarget.hidden = false;
    this.begunTarget.focus();
    try {
      if (project.proposing) await project.proposing.addFile(`files/${path}`);
      else await project.gateway.request("lock.acquire", { field: `files/${path}` });
    } catch (error) {
      this.fail(error instanceof Refused ? reasonOf(error) : say("offline.short"));
      return;
    }
    this.opening = `files/${path}`;
    window.dispatchEvent(new CustomEvent("fields:open", { detail: this.opening }));
    // A path whose editor is there already is not shown anew.
    const known = project.fields.get(this.opening);
    if (known?.view) this.begin(known);
  }

  /** Closed before there is an editor, the dialog would leave the first keys to the button that opened it. */
  private readonly shown = (event: Event): void => {
    const field = (event as CustomEvent<Field>).detail;
    if (field.name === this.opening && this.element.open) this.begin(field);
  };

  /** On to the editor, with what was typed since the dialog was sent. */
  private begin(field: Field): void {
    const begun = this.begunTarget.value;
    this.element.close();
    field.view?.focus();
    if (begun) field.apply({ ...field.state!.replaceSelection(begun), userEvent: "input.type" });
  }

  private fail(words: string): void {
    this.errorTarget.hidden = words === "";
    this.errorTarget.querySelector("span")!.textContent = words;
    this.pathTarget.setAttribute("aria-invalid", String(words !== ""));
    if (!words) return;
    this.begunTarget.hidden = true;
    this.pathTarget.focus();
  }
}

/** An owner takes a field from its holder, for a reason. */
export class TakeOverController extends AskingController {
  static override targets = ["title", "text", "reason"];
  declare readonly titleTarget: HTMLElement;
  declare readonly textTarget: HTMLElement;
  declare readonly reasonTarget: HTMLInputElement;
  private field: Field | null = null;

  protected prepare(): void {
    this.field = [...project.fields.values()].find((field) => field.view) ?? null;
    this.titleTarget.textContent = say("take_over.title", { field: this.field?.label ?? "" });
    this.textTarget.textContent = say("take_over.text", { name: this.field?.lock?.holder.display_name ?? "" });
  }

  submit(): void {
    const { field } = this;
    if (!field) return;
    void attempt(project.handover.takeOver(field, this.reasonTarget.value.trim())).then((isDone) => {
      if (isDone) sent(this.reasonTarget);
      project.focusText();
    });
  }
}

/** Ask the holder of a field for it, with a word to them. */
export class AskFieldController extends AskingController {
  static override targets = ["title", "message"];
  declare readonly titleTarget: HTMLElement;
  declare readonly messageTarget: HTMLInputElement;
  private field: Field | null = null;

  protected prepare(detail: unknown): void {
    this.field = detail as Field;
    const { label, lock } = this.field;
    this.titleTarget.textContent = say("ask.title", { field: label, name: lock?.holder.display_name ?? "" });
    this.messageTarget.value = "";
  }

  submit(): void {
    if (this.field) void attempt(project.handover.ask(this.field, this.messageTarget.value.trim())).then(() => project.focusText());
  }
}

/** What was written went another way than by its form. */
function sent(place: HTMLInputElement | HTMLTextAreaElement): void {
  place.value = "";
  unsent.discard(place.dataset["unsentPlaceValue"] ?? "");
}
