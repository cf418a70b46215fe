import { withMarks } from "../../editor/invisible";
import { count, say } from "../../texts";
import { project } from "../instance";
import { LiveController } from "../../controllers/live";

/** The shown text for printing, whole: the editor itself makes only the lines that are in sight. */
export class PrintCopyController extends LiveController {
  static override targets = ["about", "lines"];
  declare readonly aboutTarget: HTMLElement;
  declare readonly linesTarget: HTMLElement;
  private readonly medium = window.matchMedia("print");

  override connect(): void {
    window.addEventListener("beforeprint", this.fill);
    window.addEventListener("afterprint", this.clear);
    this.medium.addEventListener("change", this.changed);
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("beforeprint", this.fill);
    window.removeEventListener("afterprint", this.clear);
    this.medium.removeEventListener("change", this.changed);
  }

  private readonly changed = (): void => (this.medium.matches ? this.fill() : this.clear());

  private readonly fill = (): void => {
    const field = [...project.fields.values()].find((one) => one.view);
    if (!field?.state) return;
    const { doc } = field.state;
    const lines = count("lines", doc.lines);
    const isSaved = !field.isDirty && !field.isWatched;
    this.aboutTarget.textContent = say(isSaved ? "paper.saved" : "paper.unsaved", { field: field.label, version: field.base, lines });
    this.linesTarget.replaceChildren(...[...doc.iterLines()].map((text, index) => row(index + 1, text)));
  };

  private readonly clear = (): void => this.linesTarget.replaceChildren();
}

function row(number: number, text: string): HTMLElement {
  const [line, before, place, words] = ["tr", "td", "th", "td"].map((name) => document.createElement(name));
  place!.textContent = String(number);
  words!.append(...withMarks(text));
  line!.append(before!, place!, words!);
  return line!;
}
