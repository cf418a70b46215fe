import { LiveController } from "../../controllers/live";
import { project } from "../instance";
import type { Field } from "../field";

/** What can be done with the open field as a file: rename, download, delete. Also by key, from the tree. */
export class FileMenuController extends LiveController {
  static override targets = ["download", "change", "takeOver"];
  static override values = { content: String };
  declare readonly downloadTarget: HTMLAnchorElement;
  declare readonly changeTargets: HTMLButtonElement[];
  declare readonly takeOverTargets: HTMLButtonElement[];
  declare readonly contentValue: string;
  private name = "";

  override connect(): void {
    window.addEventListener("sheet:shown", this.shown);
    window.addEventListener("file:rename", this.asked);
    window.addEventListener("file:remove", this.asked);
    this.follow(
      project.on("field", (field) => {
        if (field.view) this.paint(field);
      }),
      project.on("status", () => this.repaint()),
    );
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("sheet:shown", this.shown);
    window.removeEventListener("file:rename", this.asked);
    window.removeEventListener("file:remove", this.asked);
  }

  rename(): void {
    this.ask("rename-file", this.name);
  }

  remove(): void {
    this.ask("remove-file", this.name);
  }

  private readonly shown = (event: Event): void => this.paint((event as CustomEvent<Field>).detail);

  private readonly asked = (event: Event): void => {
    this.ask(event.type === "file:rename" ? "rename-file" : "remove-file", (event as CustomEvent<string>).detail);
  };

  private ask(dialog: string, name: string): void {
    const field = project.fields.get(name);
    const element = document.getElementById(dialog);
    // For a folder the dialog says what makes it impossible.
    const isPossible = name.endsWith("/") ? project.may.write && project.status === "open" && !project.proposal : field && isChangeable(field);
    if (element && isPossible) this.dispatch("ask", { target: element, prefix: dialog, detail: name });
  }

  private repaint(): void {
    const field = project.fields.get(this.name);
    if (field) this.paint(field);
  }

  private paint(field: Field): void {
    this.name = field.name;
    this.element.hidden = !field.exists && !project.proposal;
    this.downloadTarget.href = this.contentValue + field.name.split("/").map(encodeURIComponent).join("/");
    for (const button of this.changeTargets) button.hidden = !isChangeable(field);
    for (const button of this.takeOverTargets) button.hidden = project.viewOf(field) !== "theirs" || !project.may.take_over;
  }
}

/** Whether this person may rename or delete the file now: nobody else is writing it. */
function isChangeable(field: Field): boolean {
  const isOurs = ["free", "yours", "same", "proposed"].includes(project.viewOf(field));
  return field.keepsLineEnds && isOurs && (field.exists || project.proposal !== null);
}
