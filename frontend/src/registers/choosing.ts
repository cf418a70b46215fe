import type { Choice } from "./grid_data";

/** A list under an input, as the ARIA pattern of a combobox has it: typing narrows it, arrows choose, the input keeps the focus. */
export class Choosing {
  readonly list = document.createElement("div");
  private choices: Choice[] = [];
  private at = -1;

  constructor(
    private readonly input: HTMLInputElement | HTMLTextAreaElement,
    label: string,
    private readonly chosen: () => void,
  ) {
    this.list.className = "menu reg-choices";
    this.list.id = "register-choices";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.list.id);
    // The input keeps the focus.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.click(event));
  }

  /** What is chosen, if something is. */
  get choice(): Choice | undefined {
    return this.choices[this.at];
  }

  /** Show these; `wanted` is chosen, or the first one. */
  show(choices: Choice[], wanted: string, nothing: string): void {
    this.choices = choices;
    this.at = Math.max(choices.findIndex(({ value, label }) => value === wanted || label === wanted), choices.length > 0 && wanted ? 0 : -1);
    this.list.replaceChildren(...choices.map((choice, index) => option(choice, index)));
    if (choices.length === 0) {
      const note = document.createElement("p");
      note.className = "menu-note";
      note.textContent = nothing;
      this.list.append(note);
    }
    this.paint();
  }

  /** Whether the key was for the list. */
  key({ key }: KeyboardEvent): boolean {
    const step = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
    if (step === 0 || this.choices.length === 0) return step !== 0;
    this.at = (this.at + step + this.choices.length) % this.choices.length;
    this.paint();
    return true;
  }

  private click(event: Event): void {
    const found = (event.target as HTMLElement).closest<HTMLElement>("[role=option]");
    if (!found) return;
    this.at = Number(found.dataset["index"]);
    this.chosen();
  }

  private paint(): void {
    for (const [index, element] of [...this.list.querySelectorAll<HTMLElement>("[role=option]")].entries()) {
      element.setAttribute("aria-selected", String(index === this.at));
      if (index === this.at) element.scrollIntoView({ block: "nearest" });
    }
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `register-choice-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }
}

function option({ label, note }: Choice, index: number): HTMLElement {
  const element = document.createElement("div");
  element.className = "menu-item";
  element.id = `register-choice-${index}`;
  element.dataset["index"] = String(index);
  element.setAttribute("role", "option");
  element.textContent = label;
  if (note) {
    const words = document.createElement("span");
    words.className = "cut reg-note";
    words.textContent = note;
    element.append(words);
  }
  return element;
}

/** The choices that begin with what was typed, then those that have it inside. */
export function narrowed(choices: readonly Choice[], typed: string): Choice[] {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return [...choices];
  const label = (choice: Choice) => choice.label.toLowerCase();
  return [
    ...choices.filter((choice) => label(choice).startsWith(wanted)),
    ...choices.filter((choice) => !label(choice).startsWith(wanted) && label(choice).includes(wanted)),
  ];
}
