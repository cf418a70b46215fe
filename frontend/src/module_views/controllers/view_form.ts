import { pageHeaders } from "../../account";
import { toast } from "../../base/controllers/toasts";
import { LiveController } from "../../controllers/live";
import { gateway, me } from "../../live";
import { authorOf } from "../../registers/authors";
import type { Choice } from "../../registers/grid_data";
import { RECORDS_CHANGED, type RecordsChanged } from "../../registers/protocol";
import { takeBack } from "../../registers_matrix/taking_back";
import { Disconnected, Refused } from "../../requests";
import { count, say } from "../../texts";
import { takeCount } from "../counting";
import { Fields, fieldOf, type FormData as Facts, type Input, inputOf, rowOf } from "../fields";
import { Renewal } from "../renewal";

/** Milliseconds: whoever types a search is shown what fits when they pause. */
const PAUSE = 250;

/** A form: one record at a time, saved field by field; the next one, or a new one, by a key. */
export class ViewFormController extends LiveController {
  static override targets = ["form", "others", "words", "refused", "stale", "waiting"];
  declare readonly formTarget: HTMLElement;
  declare readonly othersTarget: HTMLElement;
  declare readonly wordsTarget: HTMLElement;
  declare readonly refusedTarget: HTMLTemplateElement;
  declare readonly staleTarget: HTMLTemplateElement;
  declare readonly waitingTarget: HTMLTemplateElement;
  private facts!: Facts;
  private fields!: Fields;
  private renewal!: Renewal;
  private by = "";
  /** An input that is moved with the page it is in was not left by its person. */
  private isWriting = false;
  private isSearching = false;
  private timer = 0;
  private asking = 0;

  override connect(): void {
    this.facts = JSON.parse(document.getElementById("form-data")?.textContent ?? "{}") as Facts;
    this.renewal = new Renewal(() => this.address(), () => false, (html) => {
      this.isWriting = true;
      this.write(html);
      this.isWriting = false;
    });
    const templates = { refused: this.refusedTarget, stale: this.staleTarget, waiting: this.waitingTarget };
    this.fields = new Fields(gateway, this.formTarget, this.facts, me, templates, (arrived) => this.renewal.now(arrived), () => this.sayElsewhere());
    this.follow(...this.listen());
    this.fields.paint();
    this.element.dataset["ready"] = "";
  }

  typed(event: Event): void {
    const input = event.target as Input;
    this.fields.typed(input);
    if (input instanceof HTMLInputElement && input.dataset["choices"] !== undefined) this.offer(input);
  }

  /** A choice is saved at once, a text when its person leaves it. */
  kept(event: Event): void {
    if (this.isWriting) return;
    const input = event.target as Input;
    if (event.type === "change" && input instanceof HTMLSelectElement) this.fields.typed(input);
    if (rowOf(input)) this.fields.keep(input);
  }

  key(event: KeyboardEvent): void {
    if (event.isComposing || event.defaultPrevented) return;
    const input = event.target as Input;
    const row = input.matches("input, textarea, select") ? rowOf(input) : null;
    if (!row) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.fields.keep(input);
      this.beyond(input);
    } else if (event.key === "Escape" && this.fields.drop(row)) event.preventDefault();
  }

  /** Alt with Page Down and Page Up leads to other records, Ctrl+Enter to a new one; Ctrl+Z where nothing is typed. */
  keyAnywhere(event: KeyboardEvent): void {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const isMod = event.ctrlKey || event.metaKey;
    const name = event.key.toLowerCase();
    if (event.altKey && (event.key === "PageDown" || event.key === "PageUp")) {
      event.preventDefault();
      this.step(event.key === "PageDown" ? "after" : "before");
    } else if (isMod && event.key === "Enter") {
      event.preventDefault();
      void this.make();
    } else if (isMod && !event.altKey && (name === "z" || name === "y") && this.facts.mayWrite && !isTyping(event.target)) {
      event.preventDefault();
      const { undo, redo } = this.facts.addresses;
      void takeBack(name === "y" || event.shiftKey ? redo : undo, this.facts.facet).then(() => this.renewal.now());
    }
  }

  click(event: MouseEvent): void {
    const target = (event.target as HTMLElement).closest<HTMLElement>("[data-open]");
    if (!target || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (target.dataset["open"]) void this.open(target.dataset["open"]);
  }

  create(event: Event): void {
    event.preventDefault();
    void this.make();
  }

  again(event: Event): void {
    const row = rowOf(event.currentTarget as Element);
    if (row) this.fields.again(row);
  }

  keepMine(event: Event): void {
    const row = rowOf(event.currentTarget as Element);
    if (row) this.fields.keepMine(row);
  }

  takeBack(event: Event): void {
    const row = rowOf(event.currentTarget as Element);
    if (row) this.fields.drop(row);
  }

  find(event: Event): void {
    const text = (event.target as HTMLInputElement).value.trim();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const address = new URL(location.href);
      address.searchParams.delete("record");
      if (text) address.searchParams.set("q", text);
      else address.searchParams.delete("q");
      history.replaceState(history.state, "", address);
      this.isSearching = true;
      void this.renewal.now().then(() => (this.isSearching = false));
    }, PAUSE);
  }

  search(event: Event): void {
    const input = this.element.querySelector<HTMLInputElement>(".reg-search input[type=search]");
    if (!input) return;
    event.preventDefault();
    input.focus();
    input.select();
  }

  leave(event: BeforeUnloadEvent): void {
    if (this.fields.edits.unsent > 0) event.preventDefault();
  }

  private listen(): (() => void)[] {
    const offline = this.element.querySelector<HTMLElement>("[data-offline]");
    return [
      gateway.on("connection", ({ phase }) => {
        this.fields.edits.connected(phase === "live");
        if (offline && phase !== "connecting") offline.hidden = phase !== "waiting";
      }),
      gateway.events.onAny(RECORDS_CHANGED, (event) => this.changed(event)),
      gateway.on("missed", () => void this.renewal.now()),
      () => this.fields.stop(),
      () => window.clearTimeout(this.timer),
      () => window.clearTimeout(this.asking),
    ];
  }

  private changed(event: RecordsChanged): void {
    this.by = authorOf(event, me);
    void this.renewal.soon();
  }

  private address(): string {
    const address = new URL(location.href);
    address.searchParams.set("part", "form");
    const { record } = this.fields;
    // Whoever searches stays at their record only if it fits.
    if (record && !address.searchParams.has("record")) address.searchParams.set(this.isSearching ? "near" : "record", record);
    return address.pathname + address.search;
  }

  /** The record as it is now; whoever is in a field stays there, with what they type. */
  private write(html: string): void {
    const active = document.activeElement;
    const row = active && this.formTarget.contains(active) ? rowOf(active) : null;
    const before = { record: this.fields.record, field: row ? fieldOf(row) : "", top: this.fields.part?.scrollTop ?? 0 };
    const typing = row && inputOf(row);
    const written = document.createElement("template");
    written.innerHTML = html;
    takeCount(written.content);
    const record = written.content.querySelector<HTMLElement>(".form-record")?.dataset["record"];
    const isSame = record === before.record;
    const place = isSame ? written.content.querySelector<HTMLElement>(`.view-field[data-field="${CSS.escape(before.field)}"]`) : null;
    const other = place && inputOf(place);
    // The input itself stays: it has the caret, and its own undo.
    if (typing && other && typing.tagName === other.tagName) {
      const isTyped = this.fields.edits.of(before.record, before.field) !== undefined;
      const text = other.value;
      const [from, until] = selectionOf(typing);
      typing.id = other.id;
      other.replaceWith(typing);
      if (!isTyped && typing.value !== text) typing.value = text;
      this.formTarget.replaceChildren(written.content);
      typing.focus({ preventScroll: true });
      if (from !== null && !(typing instanceof HTMLSelectElement)) typing.setSelectionRange(from, until);
    } else this.formTarget.replaceChildren(written.content);
    const { part } = this.fields;
    if (part && isSame) part.scrollTop = before.top;
    this.fields.compare(this.by);
    this.formTarget.querySelector(".form-beside [aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  private async open(record: string): Promise<void> {
    const input = document.activeElement;
    const row = input && this.formTarget.contains(input) ? rowOf(input) : null;
    if (row && inputOf(row)) this.fields.keep(inputOf(row) as Input);
    const address = new URL(location.href);
    address.searchParams.set("record", record);
    history.replaceState(history.state, "", address);
    await this.renewal.now();
    const { part, inputs } = this.fields;
    if (part?.dataset["record"] !== record) return;
    part.scrollTop = 0;
    this.wordsTarget.textContent = part.dataset["label"] ?? "";
    const first = inputs.find((each) => !each.disabled);
    first?.focus();
    if (first instanceof HTMLInputElement || first instanceof HTMLTextAreaElement) first.select();
  }

  private step(to: "before" | "after"): void {
    const record = this.fields.part?.dataset[to];
    if (record) void this.open(record);
    else this.wordsTarget.textContent = say(to === "after" ? "form.last" : "form.first");
  }

  /** To the next field; behind the last one the next record begins. */
  private beyond(input: Input): void {
    const { inputs } = this.fields;
    const next = inputs[inputs.indexOf(input) + 1];
    if (next) {
      next.focus();
      if (!(next instanceof HTMLSelectElement)) next.select();
    } else this.step("after");
  }

  private async make(): Promise<void> {
    if (!this.facts.mayWrite) return;
    try {
      const { record } = await this.fields.server.create();
      await this.open(record);
    } catch (error) {
      if (error instanceof Refused) toast({ text: error.problem.detail || say("registers.refused"), kind: "failed" });
      else if (error instanceof Disconnected) toast({ text: say("registers.offline.not_done"), kind: "failed" });
      else throw error;
    }
  }

  /** Records that fit what is typed in a field that names one. */
  private offer(input: HTMLInputElement): void {
    window.clearTimeout(this.asking);
    this.asking = window.setTimeout(async () => {
      const query = new URLSearchParams({ field: input.name, q: input.value });
      try {
        const answer = await fetch(`${this.facts.addresses.choices}?${query}`, { headers: pageHeaders(), credentials: "same-origin" });
        if (!answer.ok) return;
        const { choices } = (await answer.json()) as { choices: Choice[] };
        input.list?.replaceChildren(...choices.map(optionOf));
        this.fields.listed(input);
      } catch {
        // No line: what is typed stays, and the server reads it when it is there again.
      }
    }, PAUSE);
  }

  /** What is not saved in records that are not open. */
  private sayElsewhere(): void {
    const found = this.fields.elsewhere;
    this.othersTarget.replaceChildren();
    if (!found) return;
    const link = document.createElement("button");
    link.type = "button";
    link.className = "form-others";
    link.textContent = count("form.elsewhere", found.count);
    link.addEventListener("click", () => void this.open(found.record));
    this.othersTarget.append(link);
  }
}

function optionOf({ value, label, note }: Choice): HTMLOptionElement {
  const option = document.createElement("option");
  option.value = label;
  option.label = note ? `${label} ${note}` : label;
  option.dataset["record"] = value;
  return option;
}

function selectionOf(input: Input): [number | null, number | null] {
  return input instanceof HTMLSelectElement ? [null, null] : [input.selectionStart, input.selectionEnd];
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}
