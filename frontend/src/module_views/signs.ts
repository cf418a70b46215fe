import { instantiate, part } from "../controllers/live";
import type { Edit } from "../registers/edits";
import { say } from "../texts";

export interface Templates {
  refused: HTMLTemplateElement;
  stale: HTMLTemplateElement;
  waiting: HTMLTemplateElement;
}

/** What became of an edit, said at the card or the field that it is of. */
export class Signs {
  constructor(
    private readonly templates: Templates,
    /** What somebody else wrote meanwhile, in words. */
    private readonly staleWords: (edit: Edit) => string,
  ) {}

  show(element: HTMLElement, edit: Edit): void {
    if (element.dataset["phase"] === edit.phase) return;
    this.clear(element);
    element.dataset["phase"] = edit.phase;
    if (edit.phase === "refused") this.say(element, this.templates.refused, edit.why);
    else if (edit.phase === "stale") this.say(element, this.templates.stale, this.staleWords(edit));
    else if (edit.phase === "waiting") this.say(element, this.templates.waiting, say("board.waiting"));
    else if (edit.phase === "kept") this.say(element, this.templates.refused, say("board.kept"));
  }

  clear(element: HTMLElement): void {
    delete element.dataset["phase"];
    for (const each of element.querySelectorAll("[data-sign]")) each.remove();
  }

  private say(element: HTMLElement, template: HTMLTemplateElement, why: string): void {
    const problem = instantiate(template);
    problem.dataset["sign"] = "";
    const words = part(problem, "why");
    if (words) words.textContent = why;
    element.append(problem);
  }
}
