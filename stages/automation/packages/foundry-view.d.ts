// What a foreign view finds as `foundry`, for TypeScript. `manage.py pack_module --types FOLDER` writes this file into the
// views of a module. A view is a script of a worker: it has no page, no network, no storage and no other frame.

/** A value of a column: as REST has it. A column without a value is left out of its row. */
type FoundryValue = string | number | boolean | { [name: string]: unknown } | unknown[];

/** A record in a table. */
type FoundryRow = { id: string } & { [column: string]: FoundryValue | undefined };

interface FoundryLink {
  id: string;
  from: string;
  to: string;
  properties: { [name: string]: FoundryValue };
}

/** `next` is the `after` of the next page, null at the end. */
interface FoundryPage<Item> {
  rows: Item[];
  next: string | null;
}

interface FoundryColumn {
  name: string;
  title: string;
  type: string;
  options: { id: string; title: string }[];
  /** Whether the view may propose values of it. */
  writable: boolean;
}

interface FoundryTable {
  name: string;
  title: string;
  columns: FoundryColumn[];
}

interface FoundryRowsOptions {
  /** Those that are granted, where none are named. */
  columns?: string[];
  /** Values that columns hold; null: they are empty. */
  where?: { [column: string]: FoundryValue | null };
  after?: string | null;
  /** 1 to 500. */
  limit?: number;
}

interface FoundryLinksOptions {
  /** Links from these records, and to those; at most 500. */
  from?: string[];
  to?: string[];
  after?: string | null;
  limit?: number;
}

/** A change that a view proposes. In `record`, `from` and `to`, `$0` is what the first change of the list makes. */
type FoundryChange =
  | { act: "set"; table: string; record: string; values: { [column: string]: FoundryValue | null } }
  | { act: "create"; table: string; values?: { [column: string]: FoundryValue } }
  | { act: "attach"; table: string; record: string; values?: { [column: string]: FoundryValue } }
  | { act: "detach"; table: string; record: string }
  | { act: "delete"; record: string }
  | { act: "link"; relation: string; from: string; to: string; properties?: { [name: string]: FoundryValue }; at?: number }
  | { act: "unlink"; link: string }
  | { act: "write"; field: string; text: string | null };

interface FoundryProposed {
  /** A private proposal of whoever looks at the view; null where nothing differs from what is there. */
  proposal_id: string | null;
  /** How many changes it holds now. */
  count: number;
  /** By change: the id of the record or the link that it makes. */
  made: (string | null)[];
}

type FoundryKind = "muted" | "strong" | "good" | "warning" | "bad";

/** Attributes by element. `on` names what somebody does there: `foundry.on(name, …)` is told of it. */
interface FoundryElements {
  /** One below the other. */
  stack: { gap?: "normal" | "small" | "large" | "none" };
  /** Side by side, in several lines where they do not fit. */
  row: { align?: "centre" | "start" | "end" | "apart" };
  columns: { of?: 2 | 3 | 4 };
  box: { label?: string };
  divider: object;
  heading: { level?: 2 | 3 | 4 };
  text: { kind?: FoundryKind };
  span: { kind?: FoundryKind };
  code: object;
  pre: object;
  badge: { kind?: "good" | "warning" | "bad" };
  /** Each child is an item. */
  list: { ordered?: boolean };
  facts: { items: [name: string, value: string | number][] };
  /** A number with what it counts. */
  figure: { value: string | number; label: string };
  progress: { label: string; value: number; of?: number };
  empty: { title: string };
  /** With `on`, rows are chosen by pointer, or by arrows and Enter; the value is the row's id. */
  table: {
    label: string;
    columns: (string | { name: string; title?: string; kind?: "text" | "number" })[];
    rows: { id: string; cells: { [column: string]: FoundryValue | null | undefined } }[];
    on?: string;
    selected?: string;
  };
  /** With `on`, each bar is a button; the value is its id, or its label. */
  bars: {
    label: string;
    bars: { label: string; value: number; id?: string; text?: string; kind?: "good" | "warning" | "bad" | "muted" }[];
    /** The value of a full bar; the largest one where it is left out. */
    of?: number;
    on?: string;
  };
  button: { on: string; value?: string; label?: string; kind?: "plain" | "primary" | "danger" | "ghost"; disabled?: boolean };
  /** The value is told when it is complete; with `live`, as it is typed. What is typed stays until a value is drawn. */
  input: {
    on: string;
    label: string;
    type?: "text" | "search" | "number" | "date" | "time";
    value?: string | number;
    placeholder?: string;
    live?: boolean;
    disabled?: boolean;
  };
  textarea: { on: string; label: string; value?: string; placeholder?: string; live?: boolean; disabled?: boolean };
  select: { on: string; label: string; options: (string | [value: string, words: string])[]; value?: string; disabled?: boolean };
  checkbox: { on: string; label: string; checked?: boolean; disabled?: boolean };
}

/** A text, an element with its attributes and what is in it, or nothing (`null`, `undefined`, `false`). */
type FoundryTree = string | number | null | undefined | false | FoundryElement;
type FoundryElement =
  | ["stack", FoundryElements["stack"], ...FoundryTree[]]
  | ["row", FoundryElements["row"], ...FoundryTree[]]
  | ["columns", FoundryElements["columns"], ...FoundryTree[]]
  | ["box", FoundryElements["box"], ...FoundryTree[]]
  | ["divider", FoundryElements["divider"], ...FoundryTree[]]
  | ["heading", FoundryElements["heading"], ...FoundryTree[]]
  | ["text", FoundryElements["text"], ...FoundryTree[]]
  | ["span", FoundryElements["span"], ...FoundryTree[]]
  | ["code", FoundryElements["code"], ...FoundryTree[]]
  | ["pre", FoundryElements["pre"], ...FoundryTree[]]
  | ["badge", FoundryElements["badge"], ...FoundryTree[]]
  | ["list", FoundryElements["list"], ...FoundryTree[]]
  | ["facts", FoundryElements["facts"], ...FoundryTree[]]
  | ["figure", FoundryElements["figure"], ...FoundryTree[]]
  | ["progress", FoundryElements["progress"], ...FoundryTree[]]
  | ["empty", FoundryElements["empty"], ...FoundryTree[]]
  | ["table", FoundryElements["table"], ...FoundryTree[]]
  | ["bars", FoundryElements["bars"], ...FoundryTree[]]
  | ["button", FoundryElements["button"], ...FoundryTree[]]
  | ["input", FoundryElements["input"], ...FoundryTree[]]
  | ["textarea", FoundryElements["textarea"], ...FoundryTree[]]
  | ["select", FoundryElements["select"], ...FoundryTree[]]
  | ["checkbox", FoundryElements["checkbox"], ...FoundryTree[]];

/** Why a request was refused: `not_granted` (with the `capability`), `view_off`, `permission_denied`, `validation_failed`, `offline`, … */
interface FoundryError extends Error {
  code: string;
  capability: string | null;
}

interface Foundry {
  /** The tables that the view may read, with the columns that it may. */
  tables(): Promise<FoundryTable[]>;
  /** Up to 500 records of a table, by their ids. */
  rows(table: string, options?: FoundryRowsOptions): Promise<FoundryPage<FoundryRow>>;
  /** All of them, at most 20,000. */
  allRows(table: string, options?: Omit<FoundryRowsOptions, "after">): Promise<FoundryRow[]>;
  links(relation: string, options?: FoundryLinksOptions): Promise<FoundryPage<FoundryLink>>;
  allLinks(relation: string, options?: Omit<FoundryLinksOptions, "after">): Promise<FoundryLink[]>;
  /** The current text of a field of the project, such as `prompt_text` or `files/notes.md`. */
  text(field: string): Promise<string | null>;
  /** Stage changes for the person who looks at the view, who commits or discards them. All of them, or none. */
  propose(changes: FoundryChange[]): Promise<FoundryProposed>;
  /** Show these trees in place of what was shown. At most 3,000 elements, 40 deep. */
  draw(...trees: FoundryTree[]): void;
  /** An element. */
  h<Name extends keyof FoundryElements>(name: Name, attributes?: FoundryElements[Name] | null, ...children: FoundryTree[]): FoundryElement;
  /** Be told of what somebody does; answers with what ends that. */
  on(name: string, listener: (value: string, name: string) => void): () => void;
  on(name: string, listener: (value: boolean, name: string) => void): () => void;
  /** Be told that records changed that it may read: names of tables, `relation:…`, `field:…`. */
  onChange(listener: (names: string[]) => void): () => void;
  /** Be told what became of what is staged. */
  onSettled(listener: (how: "committed" | "discarded") => void): () => void;
  readonly Error: new (message: string, code: string, capability: string | null) => FoundryError;
}

declare const foundry: Foundry;
declare function setTimeout(work: () => void, milliseconds?: number): number;
declare function clearTimeout(timer: number): void;
declare function setInterval(work: () => void, milliseconds?: number): number;
declare function clearInterval(timer: number): void;
