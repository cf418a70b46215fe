import { fetchPart, Retry } from "../../page_parts";
import type { Lock } from "../../protocol";
import { addressWith } from "../address";
import { project } from "../instance";
import type { Field } from "../field";
import { paintDelta, paintLock, smallAvatar, theOthers } from "../field_row";
import { FieldTree, MIN_FILTERED } from "../field_tree";
import { LiveController, part } from "../../controllers/live";

/** How many readers a row shows; where somebody writes, the name of the field needs the room. */
const MAX_READERS = 3;
const MAX_READERS_BESIDE_WRITER = 1;

/** The list of fields: which one is shown, who writes and reads each, what is unsaved. */
export class FieldsController extends LiveController {
  static override targets = ["row", "folder", "tree", "filterBox", "filter", "none"];
  static override values = { url: String, project: String };
  declare readonly rowTargets: HTMLAnchorElement[];
  declare readonly folderTargets: HTMLElement[];
  declare readonly treeTarget: HTMLElement;
  declare readonly filterBoxTarget: HTMLElement;
  declare readonly filterTarget: HTMLInputElement;
  declare readonly noneTarget: HTMLElement;
  declare readonly urlValue: string;
  declare readonly projectValue: string;
  private readonly rows = new Map<string, HTMLAnchorElement>();
  private tree!: FieldTree;
  private refreshing: Promise<void> = Promise.resolve();
  private readonly retry = new Retry(() => void this.refresh());

  override initialize(): void {
    this.tree = new FieldTree(this.treeTarget, this.projectValue);
  }

  override connect(): void {
    this.arrange();
    this.tree.watch();
    this.follow(
      project.on("field", (field) => this.paint(field)),
      project.on("people", () => this.rowTargets.forEach((row) => this.paintReaders(row))),
      project.on("fields", () => void this.refresh()),
      project.on("renamed", ({ before, field, replaced }) => {
        this.renamed(before, field);
        if (replaced?.view) this.show(field.name);
      }),
    );
    window.addEventListener("workspace:step", this.step);
    window.addEventListener("fields:open", this.open);
    window.addEventListener("fields:show", this.showKnown);
  }

  override disconnect(): void {
    super.disconnect();
    this.tree.unwatch();
    window.removeEventListener("workspace:step", this.step);
    window.removeEventListener("fields:open", this.open);
    window.removeEventListener("fields:show", this.showKnown);
  }

  rowTargetConnected(row: HTMLAnchorElement): void {
    const { field: name = "", label = "", language = "", exists, lock } = row.dataset;
    this.rows.set(name, row);
    const known = project.fields.get(name);
    if (known) {
      known.exists ||= exists === "true";
      known.language = language;
      this.paint(known);
    } else {
      const held = lock ? (JSON.parse(lock) as Lock) : null;
      this.paint(project.addField({ name, label, language, exists: exists === "true", lock: held }));
    }
  }

  rowTargetDisconnected(row: HTMLAnchorElement): void {
    const name = row.dataset["field"] ?? "";
    if (this.rows.get(name) === row) this.rows.delete(name);
  }

  fold(event: Event): void {
    this.tree.toggle(event.currentTarget as HTMLElement);
  }

  key(event: KeyboardEvent): void {
    const { field, path } = (event.target as HTMLElement).dataset;
    const name = field ?? (path === undefined ? undefined : `${path}/`);
    if (name && event.key === "F2") this.dispatch("rename", { target: window, prefix: "file", detail: name });
    else if (name && event.key === "Delete") this.dispatch("remove", { target: window, prefix: "file", detail: name });
    else if (!this.tree.key(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  filter(): void {
    this.tree.filter(this.filterTarget.value);
    this.noneTarget.hidden = this.tree.isAny;
  }

  filterKey(event: KeyboardEvent): void {
    if (event.key === "ArrowDown" || event.key === "Enter") this.tree.enter();
    else if (event.key === "Escape" && this.filterTarget.value) this.clearFilter();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private clearFilter(): void {
    this.filterTarget.value = "";
    this.filter();
    const row = this.rows.get(this.chosen ?? "");
    if (row) this.tree.reveal(row);
  }

  choose(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const name = (event.currentTarget as HTMLElement).dataset["field"] ?? "";
    if (name !== this.chosen) history.pushState(null, "", addressWith({ field: name }));
    this.show(name);
  }

  restore(): void {
    const asked = new URLSearchParams(location.search).get("field") ?? "";
    const isThere = this.rows.has(asked);
    this.show(isThere ? asked : (this.rowTargets[0]?.dataset["field"] ?? ""));
    if (asked && !isThere) project.notice({ kind: "missing", values: { name: asked.replace(/^files\//, "") } });
  }

  /** The palette asks for a field, or for a line of one: `files/a.md#12`. */
  asked(event: CustomEvent<string>): void {
    const [name = "", line] = event.detail.split("#");
    if (!project.fields.has(name)) return;
    event.preventDefault();
    if (name !== this.chosen) history.pushState(null, "", addressWith({ field: name }));
    this.show(name);
    if (line) void project.load(project.field(name)).then(() => this.dispatch("line", { target: window, prefix: "jump", detail: Number(line) }));
  }

  private get chosen(): string | undefined {
    return [...this.rows.values()].find((row) => row.ariaCurrent === "true")?.dataset["field"];
  }

  private show(name: string): void {
    for (const row of this.rows.values()) {
      if (row.dataset["field"] === name) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    const row = this.rows.get(name);
    if (row && this.filterTarget.value && row.hidden) this.clearFilter();
    if (row) this.tree.reveal(row);
    this.dispatch("chosen", { target: window, detail: name, prefix: "field" });
  }

  private readonly step = (event: Event): void => {
    const names = this.rowTargets.map((row) => row.dataset["field"] ?? "");
    const next = names[names.indexOf(this.chosen ?? "") + (event as CustomEvent<number>).detail];
    if (!next) return;
    history.pushState(null, "", addressWith({ field: next }));
    this.show(next);
  };

  private readonly showKnown = (event: Event): void => {
    const name = (event as CustomEvent<string>).detail;
    history.pushState(null, "", addressWith({ field: name }));
    this.show(name);
  };

  /** Open a field, also a file that nobody has saved yet. */
  private readonly open = (event: Event): void => {
    const name = (event as CustomEvent<string>).detail;
    void this.refresh(name).then(() => {
      history.pushState(null, "", addressWith({ field: name }));
      this.show(name);
      void project.locks.take(project.field(name), { again: true });
    });
  };

  /** Ask Django for the rows again: files have come or gone. One request at a time, the newest wish last. */
  private refresh(more?: string): Promise<void> {
    this.refreshing = this.refreshing.then(() => this.fetchRows(more));
    return this.refreshing;
  }

  private async fetchRows(more = ""): Promise<void> {
    this.retry.begin();
    const isKept = (field: Field) => !field.exists && (field.isHeld || field.isDirty);
    const unsaved = [...project.fields.values()].filter(isKept).map((field) => field.name);
    const focused = this.treeTarget.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset : null;
    const names = [...unsaved, more].filter(Boolean);
    const over = project.proposal ? [["proposal", project.proposal.id]] : [];
    const query = new URLSearchParams([["field", this.chosen ?? ""], ...names.map((name) => ["new", name]), ...over]);
    const placing = { source: this.element, target: this.treeTarget, swap: "innerHTML settle:0ms" };
    const isDone = await fetchPart(`${this.urlValue}?${query}`, placing);
    this.retry.end(isDone);
    if (!isDone) return;
    this.arrange();
    const back = (row: HTMLElement) => row.dataset["field"] === focused?.["field"] && row.dataset["path"] === focused?.["path"];
    if (focused) this.tree.rows.find(back)?.focus();
    // What was open is gone: its file was deleted, and nothing of it is unsaved.
    const first = this.rowTargets[0]?.dataset["field"];
    if (this.chosen || !first) return;
    history.replaceState(null, "", addressWith({ field: first }));
    this.show(first);
  }

  /** The rows are new, or it is the first time: what is folded stays so, and the open field is in sight. */
  private arrange(): void {
    this.filterBoxTarget.hidden = this.rowTargets.length < MIN_FILTERED;
    this.tree.paint();
    const row = this.rowTargets.find((one) => one.ariaCurrent === "true");
    if (row && !this.filterTarget.value) this.tree.reveal(row);
  }

  /** A file has another name now: what shows it goes on showing it, or what is proposed under the former name. */
  private renamed(before: string, field: Field): void {
    const isProposed = project.fields.has(before);
    if (isProposed && this.chosen === before) this.show(before);
    if (isProposed) return void this.refresh();
    if (this.chosen === before) history.replaceState(null, "", addressWith({ field: field.name }));
    const row = this.rows.get(before);
    this.rows.delete(before);
    if (row) {
      row.dataset["field"] = field.name;
      this.rows.set(field.name, row);
    }
    void this.refresh();
  }

  private paint(field: Field): void {
    const row = this.rows.get(field.name);
    if (!row) return;
    const state = part(row, "lock");
    if (state) paintLock(state, field);
    paintDelta(row, field);
    const unsaved = part(row, "unsaved");
    const isUnsaved = field.isDirty && !project.proposal;
    if (unsaved && unsaved.hidden === isUnsaved) {
      unsaved.hidden = !isUnsaved;
      this.markFolders();
    }
    this.paintReaders(row);
  }

  /** A folder says that something in it is not saved. */
  private markFolders(): void {
    const dirty = [...project.fields.values()].filter((field) => field.isDirty && !project.proposal).map((field) => field.label);
    for (const folder of this.folderTargets) {
      const mark = part(folder, "unsaved");
      if (mark) mark.hidden = !dirty.some((path) => path.startsWith(`${folder.dataset["path"]}/`));
    }
  }

  /** Small avatars of those who look at the field; who writes it is said in words. */
  private paintReaders(row: HTMLElement): void {
    const place = part(row, "readers");
    const name = row.dataset["field"] ?? "";
    const holder = project.fields.get(name)?.lock?.holder.id;
    const readers = project.people.present.filter(
      ({ user, fields }) => fields.includes(name) && user.id !== project.me.id && user.id !== holder,
    );
    const most = holder ? MAX_READERS_BESIDE_WRITER : MAX_READERS;
    const signature = `${most}:${readers.map(({ user }) => user.id).join()}`;
    if (!place || place.dataset["readers"] === signature) return;
    place.dataset["readers"] = signature;
    const more = readers.slice(most).map(({ user }) => user);
    place.replaceChildren(...readers.slice(0, most).map(({ user }) => smallAvatar(user)), ...(more.length > 0 ? [theOthers(more)] : []));
  }
}
