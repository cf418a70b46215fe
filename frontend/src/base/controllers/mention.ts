import { Controller } from "@hotwired/stimulus";

/** `@` and the beginning of a name, right before the caret; not inside a word, as the server has it. */
const BEGUN = /(?<![A-Za-z0-9@._+/-])@([A-Za-z0-9._+-]*)$/;
const MOST = 6;

/** Offers the members whose name begins like what was typed after `@`. Arrows choose, Enter or Tab takes, Escape leaves. */
export class MentionController extends Controller<HTMLElement> {
  static override targets = ["text", "list", "person"];
  declare readonly textTarget: HTMLTextAreaElement;
  declare readonly listTarget: HTMLElement;
  declare readonly personTargets: HTMLElement[];

  typed(): void {
    const begun = this.begun();
    let left = MOST;
    for (const person of this.personTargets) {
      const fits = begun !== null && left > 0 && fitting(person, begun);
      if (fits) left -= 1;
      person.hidden = !fits;
    }
    this.choose(this.offered[0]);
  }

  key(event: KeyboardEvent): void {
    const at = this.offered.findIndex((person) => person.ariaSelected === "true");
    if (at < 0 || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.choose(this.offered.at((at + step) % this.offered.length));
    else if (event.key === "Enter" || event.key === "Tab") this.take(this.offered[at]);
    else if (event.key === "Escape") this.leave();
    else return;
    event.preventDefault();
    // The composer has a meaning of its own for some of these.
    event.stopPropagation();
  }

  /** Before the text loses the focus to the click. */
  pick(event: Event): void {
    event.preventDefault();
    this.take(event.currentTarget as HTMLElement);
  }

  leave(): void {
    for (const person of this.personTargets) person.hidden = true;
    this.choose(undefined);
  }

  private take(person: HTMLElement | undefined): void {
    const caret = this.textTarget.selectionStart;
    const begun = this.begun();
    if (person && begun !== null) {
      this.textTarget.setRangeText(`${person.dataset["username"]} `, caret - begun.length, caret, "end");
      this.textTarget.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.leave();
  }

  private choose(chosen: HTMLElement | undefined): void {
    this.listTarget.hidden = chosen === undefined;
    for (const person of this.personTargets) person.ariaSelected = String(person === chosen);
    if (chosen) this.textTarget.setAttribute("aria-activedescendant", chosen.id);
    else this.textTarget.removeAttribute("aria-activedescendant");
  }

  private begun(): string | null {
    const { selectionStart, selectionEnd, value } = this.textTarget;
    return selectionStart === selectionEnd ? (BEGUN.exec(value.slice(0, selectionStart))?.[1] ?? null) : null;
  }

  private get offered(): HTMLElement[] {
    return this.personTargets.filter((person) => !person.hidden);
  }
}

function fitting(person: HTMLElement, begun: string): boolean {
  const { username = "", name = "" } = person.dataset;
  return [username, ...name.split(" ")].some((word) => word.toLowerCase().startsWith(begun.toLowerCase()));
}
