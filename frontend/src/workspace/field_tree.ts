/** With fewer files than this, a filter is no help. */
export const MIN_FILTERED = 8;
/** How long a pause between two letters may be for them to be one word, in ms. */
const TYPEAHEAD_PAUSE = 600;

/** The rows of the tree of fields: which are shown, and which has the focus (WAI-ARIA, tree view pattern). */
export class FieldTree {
  private readonly memory: string;
  private readonly folded: Set<string>;
  private readonly sizes = new ResizeObserver(() => this.resized());
  private height = 0;
  private words = "";
  private typed = "";
  private typedAt = 0;

  /** What is folded is remembered in this browser, for each project. */
  constructor(
    private readonly element: HTMLElement,
    project: string,
  ) {
    this.memory = `foundry.folders.${project}`;
    this.folded = new Set(remembered(this.memory));
  }

  /** Keep the open field in sight when the tree is shown, or gets less room. */
  watch(): void {
    this.sizes.observe(this.element);
  }

  unwatch(): void {
    this.sizes.disconnect();
  }

  get rows(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>("[role=treeitem]")];
  }

  /** Whether some row is shown. */
  get isAny(): boolean {
    return this.rows.some((row) => !row.hidden);
  }

  /** Show the rows that the folders and the filter leave. */
  paint(): void {
    const { rows } = this;
    const wanted = this.words ? this.matching(rows) : null;
    // A folder that shares another one's row now has none of its own to be opened by.
    const folded = new Set(rows.map((row) => row.dataset["path"] ?? "").filter((path) => this.folded.has(path)));
    for (const row of rows) {
      const path = row.dataset["path"];
      if (path !== undefined) row.setAttribute("aria-expanded", String(wanted !== null || !this.folded.has(path)));
      row.hidden = wanted ? !wanted.has(row) : ancestorsOf(row).some((folder) => folded.has(folder));
    }
    const focus = rows.find((row) => row.tabIndex === 0);
    if (!focus || focus.hidden) this.point(rows.find((row) => row.ariaCurrent === "true" && !row.hidden) ?? rows.find((row) => !row.hidden));
  }

  filter(words: string): void {
    this.words = words.trim().toLowerCase();
    this.paint();
  }

  toggle(folder: HTMLElement, open = folder.ariaExpanded !== "true"): void {
    const path = folder.dataset["path"] ?? "";
    if (open) this.folded.delete(path);
    else this.folded.add(path);
    localStorage.setItem(this.memory, JSON.stringify([...this.folded]));
    this.paint();
  }

  /** Open the folders of a row, and scroll to it. */
  reveal(row: HTMLElement): void {
    const closed = ancestorsOf(row).filter((folder) => this.folded.delete(folder));
    if (closed.length > 0) localStorage.setItem(this.memory, JSON.stringify([...this.folded]));
    this.paint();
    this.point(row);
    const { top, bottom } = this.element.getBoundingClientRect();
    const place = row.getBoundingClientRect();
    if (place.top >= top && place.bottom <= Math.min(bottom, window.innerHeight)) return;
    // Where the tree scrolls by itself, the page stays where it is.
    if (this.element.scrollHeight > this.element.clientHeight) this.element.scrollTop += place.top - top - (this.element.clientHeight - place.height) / 2;
    else row.scrollIntoView({ block: "center" });
  }

  /** Focus the first row that is shown. */
  enter(): void {
    this.focus(this.shown[0]);
  }

  /** A key pressed on a row; answers whether it did something. */
  key(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const { shown } = this;
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]");
    if (!row) return false;
    const at = shown.indexOf(row);
    const isFolder = row.dataset["path"] !== undefined;
    const isOpen = row.ariaExpanded === "true";
    if (event.key === "ArrowDown") this.focus(shown[at + 1]);
    else if (event.key === "ArrowUp") this.focus(shown[at - 1]);
    else if (event.key === "Home") this.focus(shown[0]);
    else if (event.key === "End") this.focus(shown.at(-1));
    else if (event.key === "ArrowRight" && isFolder) isOpen ? this.focus(shown[at + 1]) : this.toggle(row, true);
    else if (event.key === "ArrowLeft") isFolder && isOpen ? this.toggle(row, false) : this.focus(this.parentOf(row));
    else if (event.key === "Enter" || event.key === " ") row.click();
    else if (event.key === "*") this.openSiblings(row);
    else if (event.key.length === 1) this.type(event.key, shown, at);
    else return false;
    return true;
  }

  private resized(): void {
    const before = this.height;
    this.height = this.element.clientHeight;
    const row = this.rows.find((one) => one.ariaCurrent === "true");
    // Where somebody has scrolled away from it, they stay where they are.
    if (row && !row.hidden && (before === 0 || row.offsetTop - this.element.scrollTop < before)) this.reveal(row);
  }

  private get shown(): HTMLElement[] {
    return this.rows.filter((row) => !row.hidden);
  }

  private parentOf(row: HTMLElement): HTMLElement | undefined {
    return this.rows.find((one) => one.dataset["path"] !== undefined && one.dataset["path"] === row.dataset["folder"]);
  }

  private openSiblings(row: HTMLElement): void {
    for (const one of this.rows) {
      if (one.dataset["path"] !== undefined && one.dataset["folder"] === row.dataset["folder"]) this.toggle(one, true);
    }
  }

  /** The next row whose name begins with what was typed. */
  private type(letter: string, shown: HTMLElement[], at: number): void {
    const now = performance.now();
    this.typed = (now - this.typedAt < TYPEAHEAD_PAUSE ? this.typed : "") + letter.toLowerCase();
    this.typedAt = now;
    const from = this.typed.length > 1 ? at : at + 1;
    const ahead = [...shown.slice(from), ...shown.slice(0, from)];
    this.focus(ahead.find((row) => nameOf(row).startsWith(this.typed)));
  }

  private focus(row: HTMLElement | undefined): void {
    if (!row) return;
    this.point(row);
    row.focus();
  }

  /** One row is in the order of Tab. */
  private point(row: HTMLElement | undefined): void {
    if (!row) return;
    for (const one of this.rows) if (one !== row && one.tabIndex === 0) one.tabIndex = -1;
    row.tabIndex = 0;
  }

  /** The rows that match, and the folders that they lie in. */
  private matching(rows: HTMLElement[]): Set<HTMLElement> {
    const found = rows.filter((row) => row.dataset["field"] !== undefined && (row.dataset["label"] ?? "").toLowerCase().includes(this.words));
    const folders = new Set(found.flatMap(ancestorsOf));
    return new Set([...found, ...rows.filter((row) => folders.has(row.dataset["path"] ?? ""))]);
  }
}

/** The folders that a row lies in, the innermost first. */
export function ancestorsOf(row: HTMLElement): string[] {
  const found: string[] = [];
  for (let folder = row.dataset["folder"] ?? ""; folder; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) found.push(folder);
  return found;
}

function nameOf(row: HTMLElement): string {
  const { path, label = "", folder = "" } = row.dataset;
  return (path ?? label).slice(folder.length).replace(/^\//, "").toLowerCase();
}

function remembered(memory: string): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(memory) ?? "[]");
    return Array.isArray(found) ? found.map(String) : [];
  } catch {
    return [];
  }
}
