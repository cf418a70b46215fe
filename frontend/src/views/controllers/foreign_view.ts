import { Controller } from "@hotwired/stimulus";
import { say } from "../../texts";
import { type Ended, ForeignView } from "../foreign_view";

/** A view of a module: where it is drawn, and what is said where it ended. */
export class ForeignViewController extends Controller<HTMLElement> {
  static override targets = ["place", "source", "tables", "note", "words"];
  static override values = { frame: String };
  declare readonly placeTarget: HTMLElement;
  declare readonly sourceTarget: HTMLTemplateElement;
  declare readonly tablesTarget: HTMLTemplateElement;
  declare readonly noteTarget: HTMLElement;
  declare readonly wordsTarget: HTMLElement;
  declare readonly frameValue: string;
  private view: ForeignView | null = null;

  override connect(): void {
    this.restart();
  }

  override disconnect(): void {
    this.view?.stop();
  }

  restart(): void {
    this.noteTarget.hidden = true;
    this.view?.stop();
    this.view = new ForeignView(this.placeTarget, this.frameValue, this.sourceTarget.content.textContent ?? "", {
      ended: (end) => this.ended(end),
      stage: () => Promise.reject(new Error(say("views.not_granted"))),
    });
    this.view.start(JSON.parse(this.tablesTarget.content.textContent || "{}"));
  }

  private ended(end: Ended): void {
    const words: Record<string, string> = {
      silent: say("views.silent"),
      flood: say("views.flood"),
      size: say("views.size"),
      error: say("views.error"),
      drawing: say("views.drawing"),
    };
    this.wordsTarget.textContent = [words[end.why] ?? say("views.error"), end.words].filter(Boolean).join(" ");
    this.element.dataset["state"] = "ended";
    this.noteTarget.hidden = false;
  }
}
