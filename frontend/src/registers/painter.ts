import { parts, tintOf } from "../controllers/live";
import { firstNameOf, initialsOf } from "../names";
import type { Person } from "../protocol";
import { say } from "../texts";
import type { Edit, Edits, Phase } from "./edits";
import type { GridData } from "./grid_data";
import { holds } from "./places";
import { cellsOf, type Row } from "./rows";
import type { Selection } from "./selection";

/** The id of the cell that the focus is at, for `aria-activedescendant`. */
export const ACTIVE = "register-active";
/** Milliseconds after which it is said that a text is being sent, and that what arrived is shown as new. */
const SENDING_AFTER = 300;
const ARRIVED_FOR = 2_000;
const ICONS: Partial<Record<Phase, string>> = { kept: "pen-line", waiting: "wifi-off", refused: "circle-x", stale: "git-merge" };

/** Somebody else, and the cell they are or write in. */
export interface Other {
  person: Person;
  writes: boolean;
  record: string;
  field: string;
}

/** Puts onto rows that Django wrote what only this page knows: where somebody is, what is typed, and what has just come. */
export class Painter {
  private readonly arrivals = new Map<string, { by: string; until: number }>();
  others: Other[] = [];

  constructor(
    private readonly data: GridData,
    private readonly edits: Edits,
    private readonly selection: Selection,
  ) {}

  paint(row: Row, index: number): void {
    const number = parts(row.element, "number")[0];
    if (number) number.textContent = String(index + 1);
    const { active, area, isOneCell } = this.selection;
    row.element.toggleAttribute("data-current", active.row === index);
    this.data.columns.forEach(({ field }, column) => {
      const cell = row.element.children[column + 1] as HTMLElement | undefined;
      if (!cell) return;
      const isActive = active.row === index && active.column === column;
      cell.toggleAttribute("data-active", isActive);
      if (isActive) cell.id = ACTIVE;
      else cell.removeAttribute("id");
      const isChosen = !isOneCell && holds(area, { row: index, column });
      cell.toggleAttribute("data-chosen", isChosen);
      cell.setAttribute("aria-selected", String(isActive || isChosen));
      this.paintCell(cell, row.record, field);
    });
  }

  /** What came from somebody else is shown as new for a moment. Answers with what changed. */
  welcome(row: Row, before: Row, by: string): void {
    const old = new Map(cellsOf(before).map((cell) => [cell.dataset["field"], cell.dataset["text"]]));
    for (const cell of cellsOf(row)) {
      const field = cell.dataset["field"] ?? "";
      if (by && old.get(field) !== cell.dataset["text"]) {
        this.arrivals.set(`${row.record} ${field}`, { by, until: Date.now() + ARRIVED_FOR });
        window.setTimeout(() => this.paintCell(cell, row.record, field), ARRIVED_FOR + 20);
      }
    }
  }

  /** Whether a box that can be ticked is; null for every other cell. */
  private ticked(field: string, edit: Edit): boolean | null {
    const column = this.data.columns.find((each) => each.field === field);
    return column?.editor === "toggle" ? edit.text === column.choices[0]?.label : null;
  }

  private paintCell(cell: HTMLElement, record: string, field: string): void {
    const edit = this.edits.of(record, field);
    const other = this.others.find((each) => each.record === record && each.field === field);
    const arrival = this.arrivals.get(`${record} ${field}`);
    const isNew = arrival !== undefined && arrival.until > Date.now();
    set(cell, "phase", edit && edit.phase !== "typing" ? edit.phase : null);
    set(cell, "other", other?.writes && !edit ? other.person.display_name : null);
    set(cell, "reader", other && !other.writes && !edit ? other.person.display_name : null);
    set(cell, "arrived", isNew && !edit ? arrival.by : null);
    for (const mark of cell.querySelectorAll(":scope > :is(.reg-own, .reg-flag, .reg-from, .reg-reader)")) mark.remove();
    if (edit && edit.phase !== "typing") cell.append(own(edit, this.ticked(field, edit)));
    else if (other?.writes) cell.append(flag(firstNameOf(other.person.display_name), "reg-flag"));
    else if (other) cell.append(reader(other.person));
    else if (isNew) cell.append(flag(arrival.by, "reg-from"));
  }
}

function set(cell: HTMLElement, name: string, value: string | null): void {
  if (value === null) delete cell.dataset[name];
  else cell.dataset[name] = value;
}

/** The text that its person typed, in place of what the server has, and what becomes of it. */
function own(edit: Edit, isTicked: boolean | null): HTMLElement {
  const shown = document.createElement("span");
  shown.className = "reg-own";
  const text = document.createElement("span");
  if (isTicked === null) {
    text.className = "cut";
    text.textContent = edit.text || "–";
  } else {
    text.className = "reg-check";
    text.toggleAttribute("data-off", !isTicked);
    text.append(...(isTicked ? [icon("check")] : []), hidden(edit.text));
  }
  shown.append(text, edit.phase === "sending" ? spinner() : sign(edit));
  return shown;
}

/** What a sign says, by the state of its cell. */
const WORDS: Partial<Record<Edit["phase"], string>> = {
  kept: "registers.cell.kept",
  waiting: "registers.cell.waiting",
  sending: "registers.cell.sending",
  refused: "registers.cell.refused",
  stale: "registers.cell.stale",
};

function sign(edit: Edit): HTMLElement {
  const place = document.createElement("span");
  place.className = "reg-sign";
  place.title = edit.why || say(WORDS[edit.phase] ?? "registers.cell.kept");
  place.append(icon(ICONS[edit.phase] ?? "info"), hidden(place.title));
  return place;
}

function spinner(): HTMLElement {
  const place = document.createElement("span");
  place.className = "reg-sign";
  place.append(hidden(say("registers.cell.sending")));
  window.setTimeout(() => place.prepend(icon("loader-circle")), SENDING_AFTER);
  return place;
}

function flag(name: string, className: string): HTMLElement {
  const place = document.createElement("span");
  place.className = className;
  place.textContent = name;
  return place;
}

/** Where somebody else is who does not write. */
function reader({ id, display_name }: Person): HTMLElement {
  const place = document.createElement("span");
  place.className = "avatar avatar-18 reg-reader";
  place.dataset["tint"] = tintOf(id);
  place.textContent = initialsOf(display_name);
  place.title = say("registers.cell.here", { name: display_name });
  return place;
}

function hidden(words: string): HTMLElement {
  const place = document.createElement("span");
  place.className = "sr-only";
  place.textContent = words;
  return place;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name: string): SVGElement {
  const shape = document.createElementNS(SVG, "svg");
  shape.setAttribute("class", "icon icon-12");
  shape.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  shape.append(use);
  return shape;
}
