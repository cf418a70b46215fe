import type { Gateway } from "../gateway";
import { Edits, type Edit } from "../registers/edits";
import { KeptEdits } from "../registers/kept_edits";
import { type Place, Server } from "../registers/server";
import { say } from "../texts";
import { Signs, type Templates } from "./signs";

/** What Django writes into the page of a form (`stages/automation/pages/form_view.py`). */
export interface FormData {
  project: string;
  facet: string;
  mayWrite: boolean;
  addresses: Place["addresses"] & { record: string; choices: string };
}

export type Input = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** The fields of the record that is open, and what is typed in them and in those of records that were open before. */
export class Fields {
  readonly server: Server;
  readonly edits: Edits;
  private readonly signs: Signs;
  private readonly settled = new Set<string>();
  private readonly stops: (() => void)[];

  constructor(
    gateway: Gateway,
    readonly element: HTMLElement,
    data: FormData,
    me: string,
    templates: Templates,
    /** Have the record written again, as the server has it; `arrived` is called before that is written. */
    renew: (arrived?: () => void) => Promise<void>,
    private readonly painted: () => void,
  ) {
    this.signs = new Signs(templates, staleWords);
    this.server = new Server(gateway, data);
    const kept = new KeptEdits(data.project, `${data.facet}.form`, me);
    this.edits = new Edits((edit) => this.server.set(edit), kept, () => crypto.randomUUID());
    kept.recover((edits) => this.edits.recover(edits));
    this.stops = [
      this.edits.on("changed", ({ record, field }) => {
        this.paint();
        const isOpen = record === this.record;
        if (isOpen && !this.edits.of(record, field) && !this.settled.has(`${record} ${field}`)) this.restore(field);
      }),
      this.edits.on("done", (edit) => {
        const cell = `${edit.record} ${edit.field}`;
        void renew(() => {
          this.settled.add(cell);
          this.edits.shown(edit);
          this.settled.delete(cell);
        });
      }),
    ];
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  /** The id of the record that is open; empty for none. */
  get record(): string {
    return this.part?.dataset["record"] ?? "";
  }

  get part(): HTMLElement | null {
    return this.element.querySelector<HTMLElement>(".form-record");
  }

  get rows(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>(".view-field")];
  }

  /** Inputs in their order. */
  get inputs(): Input[] {
    return this.rows.map(inputOf).filter((input) => input !== null);
  }

  typed(input: Input): void {
    const row = rowOf(input);
    if (!row) return;
    const { record } = this;
    const field = fieldOf(row);
    const text = chosen(input);
    const earlier = this.edits.of(record, field);
    if (earlier?.phase === "typing") this.edits.type(record, field, text);
    else this.edits.begin({ record, field, text: row.dataset["text"] ?? "", tips: tipsOf(row) }, text);
  }

  /** The list of an input was filled, so what is typed may name one of it; not where its person has left it since. */
  listed(input: Input): void {
    const row = input.isConnected ? rowOf(input) : null;
    if (row && this.edits.of(this.record, fieldOf(row))?.phase === "typing") this.typed(input);
  }

  /** What was typed is to be saved. */
  keep(input: Input): void {
    const row = rowOf(input);
    if (row && this.edits.of(this.record, fieldOf(row))?.phase === "typing") this.edits.keep(this.record, fieldOf(row));
  }

  /** As it was; whether anything had been typed. */
  drop(row: HTMLElement): boolean {
    const edit = this.edits.of(this.record, fieldOf(row));
    if (edit) this.edits.drop(this.record, fieldOf(row));
    return edit !== undefined;
  }

  again(row: HTMLElement): void {
    this.edits.keep(this.record, fieldOf(row));
  }

  keepMine(row: HTMLElement): void {
    this.edits.keepMine(this.record, fieldOf(row));
  }

  /** The first record other than this one with a text that was not saved, and how many such texts there are. */
  get elsewhere(): { record: string; count: number } | null {
    const found = this.edits.all().filter(({ record, phase }) => record !== this.record && phase !== "sending" && phase !== "waiting");
    return found[0] ? { record: found[0].record, count: found.length } : null;
  }

  /** The record was written again: where somebody types, what they type stays, and what arrived is compared with it. */
  compare(by: string): void {
    for (const row of this.rows) {
      const [record, field] = [this.record, fieldOf(row)];
      this.edits.arrived({ record, field, text: row.dataset["text"] ?? "", tips: tipsOf(row) }, by);
    }
    this.paint();
  }

  paint(): void {
    for (const row of this.rows) {
      const edit = this.edits.of(this.record, fieldOf(row));
      const input = inputOf(row);
      if (!edit) this.signs.clear(row);
      else {
        if (input && chosen(input) !== edit.text && document.activeElement !== input) input.value = edit.text;
        this.signs.show(row, edit);
      }
    }
    this.painted();
  }

  /** The input holds what the record has. */
  private restore(field: string): void {
    const row = this.rows.find((each) => fieldOf(each) === field);
    const input = row && inputOf(row);
    if (input) input.value = row.dataset["text"] ?? "";
  }
}

export function rowOf(element: Element): HTMLElement | null {
  return element.closest<HTMLElement>(".view-field");
}

export function inputOf(row: HTMLElement): Input | null {
  return row.querySelector<Input>("input, textarea, select");
}

export function fieldOf(row: HTMLElement): string {
  return row.dataset["field"] ?? "";
}

/** What is typed; of a record that was chosen from the list, its id. */
function chosen(input: Input): string {
  if (!(input instanceof HTMLInputElement) || !input.list) return input.value;
  const option = [...input.list.querySelectorAll("option")].find(({ value }) => value === input.value);
  return option?.dataset["record"] ?? input.value;
}

function tipsOf(row: HTMLElement): string[] {
  return (row.dataset["tips"] ?? "").split(" ").filter(Boolean);
}

function staleWords({ theirs, by }: Edit): string {
  const text = theirs?.text || "–";
  return by ? say("form.stale.by", { name: by, text }) : say("form.stale", { text });
}
