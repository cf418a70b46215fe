import { say } from "../texts";
import { short } from "../time";
import type { Newest } from "./server";
import { AWAY, type ScriptSession } from "./session";

/** The one bar above the text of a script, the most urgent first. */
export class ScriptBar {
  private shown = "";

  constructor(
    private readonly place: HTMLElement,
    private readonly templates: HTMLTemplateElement[],
  ) {}

  paint(session: ScriptSession, isElsewhere: boolean, isRestored: boolean): void {
    const { theirs } = session;
    if (session.deletedBy !== null) this.show("gone", say("scripts.deleted", { name: session.deletedBy }));
    else if (theirs) this.show("conflict", conflictWords(theirs));
    else if (isElsewhere) this.show("elsewhere", "");
    else if (session.refusal && !session.wrong) this.show("refused", session.refusal === AWAY ? say("scripts.away") : session.refusal);
    else if (isRestored && session.isDirty) this.show("restored", say("scripts.restored"));
    else this.show("", "");
  }

  private show(name: string, words: string): void {
    if (this.shown !== name) {
      this.shown = name;
      const template = this.templates.find((each) => each.dataset["name"] === name);
      this.place.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
    }
    const place = this.place.querySelector("[data-part=words]");
    if (place && place.textContent !== words) place.textContent = words;
  }
}

function conflictWords({ saved_by: name, saved_at: at }: Newest): string {
  const time = at ? short(new Date(at)) : "";
  return name ? say("scripts.conflict", { name, time }) : say("scripts.conflict_earlier", { time });
}
