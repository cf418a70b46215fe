import htmx from "htmx.org";
import { LiveController } from "../../controllers/live";
import { Partial } from "../../controllers/partials";
import { gateway } from "../../live";
import { fetchPart } from "../../page_parts";
import { succeeded } from "../../responses";
import { say } from "../../texts";
import { takeBack } from "../taking_back";
import { columnAt, COLUMN_WIDTH, moved, ROW_HEIGHT, type Square } from "../place";

const SVG = "http://www.w3.org/2000/svg";
/** Milliseconds: whoever runs through squares by the arrows is shown the one at which they stop. */
const PAUSE = 120;

/**
 * The squares of the traceability matrix: arrows move between them, Space links, C confirms, Enter opens the record of the
 * row. The rows are written again by Django when something changes; the chosen square stays.
 */
export class RegisterMatrixController extends LiveController {
  static override targets = ["grid", "scroller", "panel"];
  static override values = { mayWrite: Boolean, undo: String, redo: String, parts: String };
  declare readonly gridTarget: HTMLElement;
  declare readonly hasGridTarget: boolean;
  declare readonly scrollerTarget: HTMLElement;
  declare readonly hasScrollerTarget: boolean;
  declare readonly panelTarget: HTMLElement;
  declare readonly mayWriteValue: boolean;
  declare readonly undoValue: string;
  declare readonly redoValue: string;
  /** What the addresses of its parts begin with, on whatever page. */
  declare readonly partsValue: string;
  /** By the records, so that a square is found again when rows have come or gone. */
  private chosen: { row: string; column: string } | null = null;
  private timer = 0;

  private part: Partial | null = null;

  override connect(): void {
    if (!this.hasScrollerTarget) return;
    const address = () => location.pathname + location.search;
    this.part = new Partial(this.scrollerTarget, address, () => this.resized(), "#matrix-grid");
    this.follow(
      gateway.on("event", ({ name }) => {
        if (name.startsWith("register.")) void this.part?.refresh();
      }),
      gateway.on("missed", () => void this.part?.refresh()),
    );
    // Whoever was quicker than this script.
    if (this.hasGridTarget && document.activeElement === this.gridTarget) this.focused();
  }

  /** The rows were written again, or the window has another width. */
  resized(): void {
    const square = this.square;
    if (square) this.mark(square);
  }

  override disconnect(): void {
    super.disconnect();
    window.clearTimeout(this.timer);
  }

  focused(): void {
    if (!this.square && this.rows.length > 0 && this.columns.length > 0) this.choose({ row: 0, column: 0 });
  }

  /** An arrow key where nothing has the focus, as when the page has just been opened: it means the squares. */
  keyAnywhere(event: KeyboardEvent): void {
    const isFree = !document.activeElement || document.activeElement === document.body;
    if (!isFree || !event.key.startsWith("Arrow") || event.altKey || event.ctrlKey || event.metaKey) return;
    if (!this.hasGridTarget) return;
    event.preventDefault();
    this.gridTarget.focus();
  }

  key(event: KeyboardEvent): void {
    if (event.altKey || this.takesBack(event)) return;
    const from = this.square ?? { row: 0, column: 0 };
    const to = moved(from, event, this.rows.length, this.columns.length);
    if (to) {
      event.preventDefault();
      this.choose(to);
    } else if (this.act(event)) {
      event.preventDefault();
    }
  }

  click(event: MouseEvent): void {
    const square = this.squareOf(event);
    if (square) this.choose(square);
  }

  /** The record of the row. */
  open(event: Event): void {
    const row = event instanceof MouseEvent ? this.squareOf(event)?.row : this.square?.row;
    const address = row === undefined ? undefined : this.rows[row]?.dataset["address"];
    if (address) location.assign(address);
  }

  link(): void {
    void this.send("link");
  }

  unlink(): void {
    void this.send("unlink");
  }

  confirm(): void {
    void this.send("confirm");
  }

  /** Ctrl+Z and Ctrl+Y are those of a table. */
  private takesBack(event: KeyboardEvent): boolean {
    const name = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || !this.mayWriteValue || (name !== "z" && name !== "y")) return false;
    event.preventDefault();
    const isRedo = name === "y" || event.shiftKey;
    void takeBack(isRedo ? this.redoValue : this.undoValue, this.pageValues()["rows"] ?? "").then(() => this.part?.refresh()).then(() => this.showPanel());
    return true;
  }

  private act(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || !this.square) return false;
    if (event.key === "Enter") this.open(event);
    else if (event.key === " " && this.mayWriteValue && !this.markAt(this.square)) this.link();
    else if (event.key.toLowerCase() === "c" && this.mayWriteValue && this.markAt(this.square)) this.confirm();
    else return event.key === " ";
    return true;
  }

  private choose(square: Square): void {
    const row = this.rows[square.row]?.dataset["row"];
    const column = this.columns[square.column]?.dataset["column"];
    if (!row || !column) return;
    this.chosen = { row, column };
    this.mark(square);
    this.reveal(square);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.showPanel(), PAUSE);
  }

  /** The chosen square, its row and its column. */
  private mark(square: Square): void {
    for (const each of this.gridTarget.querySelectorAll("[data-current]")) each.removeAttribute("data-current");
    for (const each of this.gridTarget.querySelectorAll(".matrix-chosen, .matrix-band")) each.remove();
    const row = this.rows[square.row];
    const head = this.columns[square.column];
    if (!row || !head) return;
    row.toggleAttribute("data-current", true);
    head.toggleAttribute("data-current", true);
    this.paintBand(square, row);
    row.querySelector(".matrix-cells")?.append(this.cursor(square, row, head));
    this.gridTarget.setAttribute("aria-activedescendant", "matrix-chosen");
  }

  /** The band of the chosen column, behind the rows. */
  private paintBand(square: Square, row: HTMLElement): void {
    const squares = row.querySelector(".matrix-cells");
    if (!squares) return;
    const band = document.createElement("div");
    band.className = "matrix-band";
    const left = squares.getBoundingClientRect().left - this.gridTarget.getBoundingClientRect().left;
    band.style.setProperty("left", `${left + square.column * COLUMN_WIDTH}px`);
    this.gridTarget.prepend(band);
  }

  private cursor(square: Square, row: HTMLElement, head: SVGGElement): SVGGElement {
    const cursor = document.createElementNS(SVG, "g");
    cursor.id = "matrix-chosen";
    cursor.setAttribute("class", "matrix-chosen");
    cursor.setAttribute("role", "gridcell");
    cursor.setAttribute("aria-selected", "true");
    cursor.setAttribute("aria-colindex", head.getAttribute("aria-colindex") ?? "");
    const mark = this.markAt(square);
    const confirmed = this.gridTarget.dataset["traced"] === undefined ? "registers.matrix.linked" : "registers.matrix.confirmed";
    const linked = mark?.hasAttribute("data-suspect") ? "registers.matrix.suspect" : confirmed;
    const state = say(mark ? linked : "registers.matrix.none");
    const key = row.querySelector(".matrix-label b")?.textContent ?? "";
    cursor.setAttribute("aria-label", `${key}, ${head.dataset["key"] ?? ""}: ${state}`);
    cursor.append(rectangle("matrix-cursor", square.column * COLUMN_WIDTH + 1, 1, ROW_HEIGHT - 2, COLUMN_WIDTH - 3));
    return cursor;
  }

  private reveal(square: Square): void {
    const row = this.rows[square.row];
    if (!row) return;
    const squares = row.querySelector(".matrix-cells");
    const [view, place] = [this.scrollerTarget.getBoundingClientRect(), row.getBoundingClientRect()];
    const head = this.gridTarget.querySelector(".matrix-heads")?.getBoundingClientRect().height ?? 0;
    if (place.top < view.top + head) this.scrollerTarget.scrollTop -= view.top + head - place.top;
    if (place.bottom > view.bottom) this.scrollerTarget.scrollTop += place.bottom - view.bottom;
    const left = (squares?.getBoundingClientRect().left ?? 0) + square.column * COLUMN_WIDTH;
    const first = row.querySelector(".matrix-number")?.getBoundingClientRect().right ?? view.left;
    const last = row.querySelector(".matrix-state")?.getBoundingClientRect().left ?? view.right;
    if (left < first) this.scrollerTarget.scrollLeft -= first - left;
    if (left + COLUMN_WIDTH > last) this.scrollerTarget.scrollLeft += left + COLUMN_WIDTH - last;
  }

  private squareOf(event: MouseEvent): Square | undefined {
    const target = event.target instanceof Element ? event.target : null;
    const row = this.rows.findIndex((each) => target !== null && each.contains(target));
    const squares = this.rows[row]?.querySelector(".matrix-cells");
    if (!squares) return undefined;
    const column = columnAt(event.clientX - squares.getBoundingClientRect().left, this.columns.length);
    return column === undefined ? undefined : { row, column };
  }

  private markAt({ row, column }: Square): Element | null {
    return this.rows[row]?.querySelector(`[data-at="${column}"]`) ?? null;
  }

  private get rows(): HTMLElement[] {
    return this.hasGridTarget ? [...this.gridTarget.querySelectorAll<HTMLElement>("[data-row]")] : [];
  }

  private get columns(): SVGGElement[] {
    return [...this.gridTarget.querySelectorAll<SVGGElement>("[data-column]")];
  }

  private get square(): Square | null {
    const { chosen } = this;
    if (!chosen) return null;
    const row = this.rows.findIndex((each) => each.dataset["row"] === chosen.row);
    const column = this.columns.findIndex((each) => each.dataset["column"] === chosen.column);
    return row < 0 || column < 0 ? null : { row, column };
  }

  private async showPanel(): Promise<void> {
    if (!this.chosen) return;
    const address = this.address("pair");
    for (const [name, value] of Object.entries({ ...this.pageValues(), ...this.chosen })) address.searchParams.set(name, value);
    await fetchPart(address.href, { source: this.panelTarget, target: this.panelTarget, swap: "innerHTML settle:0ms" });
  }

  private async send(act: "link" | "unlink" | "confirm"): Promise<void> {
    if (!this.chosen) return;
    const values = { ...Object.fromEntries(new URL(location.href).searchParams), ...this.pageValues(), ...this.chosen };
    let isDone = false;
    const answered = (event: Event) => {
      isDone = succeeded(event);
    };
    this.scrollerTarget.addEventListener("htmx:afterRequest", answered);
    try {
      await htmx.ajax("post", this.address(act).pathname, { source: this.scrollerTarget, target: this.scrollerTarget, swap: "none", values });
    } finally {
      this.scrollerTarget.removeEventListener("htmx:afterRequest", answered);
    }
    if (!isDone) return;
    await Promise.all([this.part?.refresh(), this.showPanel()]);
  }

  /** What the page is of, where its address does not say it. */
  private pageValues(): Record<string, string> {
    const form = this.element.querySelector<HTMLFormElement>(".matrix-choices");
    const found: Record<string, string> = {};
    if (form) for (const [name, value] of new FormData(form)) if (typeof value === "string") found[name] = value;
    return found;
  }

  private address(part: string): URL {
    return new URL(`${this.partsValue}${part}/${location.search}`, location.href);
  }
}

function rectangle(name: string, x: number, y: number, height: number, width = COLUMN_WIDTH): SVGRectElement {
  const made = document.createElementNS(SVG, "rect");
  made.setAttribute("class", name);
  for (const [key, value] of Object.entries({ x, y, width, height, rx: name === "matrix-cursor" ? 2 : 0 })) made.setAttribute(key, String(value));
  return made;
}
