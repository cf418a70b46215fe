import { ComposerController } from "../../runs/controllers/composer";
import { say } from "../../texts";
import { project } from "../../workspace/instance";

/** Asks models about what is typed in this tab and not saved: the version, with those texts over it. */
export class TryController extends ComposerController {
  static override targets = ["about"];
  declare readonly aboutTarget: HTMLElement;
  private undo: (() => void)[] = [];

  override connect(): void {
    super.connect();
    const describe = (): void => this.describe();
    this.undo = [project.on("field", describe), project.on("version", describe)];
    this.describe();
  }

  override disconnect(): void {
    super.disconnect();
    for (const stop of this.undo) stop();
  }

  /** The form is sent with what it is about. */
  sending(event: CustomEvent<{ parameters: Record<string, string> }>): void {
    const { version, unsaved } = this.source();
    event.detail.parameters["version"] = String(version);
    event.detail.parameters["unsaved"] = JSON.stringify(unsaved);
  }

  protected override source(): { version: number; unsaved: Record<string, string> } {
    const texts = this.typedFields().map((field) => [field.name, field.text] as const);
    return { version: project.version, unsaved: Object.fromEntries(texts) };
  }

  /** What is typed is asked about by who holds its field: not after somebody took it over, or for a proposal. */
  protected override refusal(): string {
    const fields = this.typedFields().filter((field) => !field.isHeld).map((field) => field.shortPath).join(", ");
    return fields ? say("runs.try.not_held", { fields }) : "";
  }

  private typedFields() {
    return [...project.fields.values()].filter((field) => field.isDirty);
  }

  private describe(): void {
    const fields = this.typedFields().map((field) => field.shortPath).join(", ");
    const words = say(fields ? "runs.try.unsaved" : "runs.try.saved", { version: project.version, fields });
    if (this.aboutTarget.textContent !== words) this.aboutTarget.textContent = words;
    this.paint();
  }
}
