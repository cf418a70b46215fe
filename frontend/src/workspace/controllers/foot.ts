import { lineEndsOf } from "../../editor/line_ends";
import { writerIn } from "../../editor/remote";
import { lineDelta } from "../../editor/unsaved";
import { briefNameOf } from "../../names";
import { count, say } from "../../texts";
import { withSeconds } from "../../time";
import { project } from "../instance";
import type { Field } from "../field";
import type { View } from "../state";
import { LiveController } from "../../controllers/live";

const LINE_ENDS = { lf: "foot.lf", crlf: "foot.crlf", mixed: "foot.mixed" };

/** A longer name would push away in which line its bearer writes. */
const MAX_NAME = 24;

function shortened(name: string): string {
  const letters = [...briefNameOf(name)];
  return letters.length > MAX_NAME ? `${letters.slice(0, MAX_NAME - 1).join("").trimEnd()}…` : letters.join("");
}

/** The line under the editor: what is unsaved, what is kept, where the cursor is. */
export class FootController extends LiveController {
  static override targets = ["unsaved", "reading", "follow", "lines", "kept", "hint", "size", "place", "language"];
  declare readonly unsavedTarget: HTMLElement;
  declare readonly readingTarget: HTMLElement;
  declare readonly followTarget: HTMLButtonElement;
  declare readonly linesTarget: HTMLElement;
  declare readonly keptTarget: HTMLElement;
  declare readonly hintTarget: HTMLElement;
  declare readonly sizeTarget: HTMLElement;
  declare readonly placeTarget: HTMLElement;
  declare readonly languageTarget: HTMLElement;

  override connect(): void {
    window.addEventListener("sheet:painted", this.paint);
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("sheet:painted", this.paint);
  }

  private readonly paint = (event: Event): void => {
    const field = (event as CustomEvent<Field>).detail;
    const { state } = field;
    if (!state) return;
    const view = project.viewOf(field);
    const { added, removed } = lineDelta(state);
    const line = state.doc.lineAt(state.selection.main.head);
    const isProposed = project.proposal !== null;
    this.unsavedTarget.hidden = !field.isDirty || isProposed;
    this.linesTarget.hidden = added + removed === 0;
    this.linesTarget.textContent = say(field.isWatched ? "foot.lines_theirs" : "foot.lines", { added, removed, version: field.base });
    this.keptTarget.hidden = !field.isDirty || !(field.keptAt || field.unkept);
    this.keptTarget.toggleAttribute("data-failed", field.unkept !== null);
    const kept = field.keptAt ? say("foot.kept", { time: withSeconds(field.keptAt) }) : say("foot.unkept");
    this.keptTarget.querySelector("span")!.textContent = kept;
    this.paintReading(field, view);
    this.hintTarget.hidden = !(field.problem && field.isDirty);
    this.hintTarget.textContent = say(isProposed ? "foot.waits_proposal" : "foot.waits");
    this.sizeTarget.hidden = !this.hintTarget.hidden;
    this.sizeTarget.textContent = `${count("lines", state.doc.lines)} · ${count("characters", state.doc.length)} · ${say(LINE_ENDS[lineEndsOf(state.doc)])}`;
    this.placeTarget.textContent = say("foot.place", { line: line.number, column: state.selection.main.head - line.from + 1 });
    this.placeTarget.hidden = view !== "yours" && view !== "free" && !isProposed;
    this.languageTarget.textContent = project.languages[field.language] ?? project.languages[""] ?? "";
  };

  /** What is shown, where this person does not write it themselves: whose text it is, and where its writer is. */
  private paintReading(field: Field, view: View): void {
    const isLive = field.isWatched && project.isLive;
    const writer = isLive && field.state ? writerIn(field.state) : null;
    const isOwn = field.isDirty && !project.proposal && view !== "yours" && view !== "free";
    this.readingTarget.hidden = view === "yours" || view === "free" || project.isWritable(field);
    let words = say(isOwn ? "foot.own" : isLive ? "foot.watching" : "foot.reading");
    if (writer && field.state) words = say("foot.writes", { name: shortened(writer.name), line: field.state.doc.lineAt(writer.head).number });
    this.readingTarget.querySelector("span")!.textContent = words;
    this.followTarget.hidden = !writer;
    this.followTarget.textContent = say(project.following.isOn ? "foot.stop_following" : "foot.follow");
  }

  toggleFollowing(): void {
    project.following.toggle();
  }
}
