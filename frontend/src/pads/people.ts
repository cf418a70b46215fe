import { Emitter } from "../emitter";
import type { Person, Present } from "../protocol";
import { authors } from "./authorship";
import { type Caret, carets } from "../editor/carets";
import { outlineOf } from "../editor/outline";
import type { EditorState } from "@codemirror/state";
import { countByWriter } from "./runs";
import type { PadSession } from "./session";

/** Whoever typed so many milliseconds ago writes. */
const WRITES = 60_000;

export interface PadPerson {
  user: Person;
  isMe: boolean;
  isHere: boolean;
  writes: boolean;
  /** Their line, and the heading that it is under; null where nothing is known of it. */
  line: number | null;
  heading: string;
  characters: number;
  /** When they went, if that was while this page was open. */
  leftAt: Date | null;
  /** The number under which their caret is known. */
  writer: number | null;
}

/** Who is in the pad, what they do there, and how much of it is theirs. */
export class People extends Emitter<{ changed: null; follows: null }> {
  /** The number of who is followed. */
  followed: number | null = null;
  private present = new Map<string, Person>();
  private readonly typedAt = new Map<string, number>();
  private readonly leftAt = new Map<string, Date>();

  constructor(private readonly session: PadSession) {
    super();
    const { gateway } = session;
    gateway.on("snapshot", ({ present }) => this.setPresent(present));
    gateway.on("present", (present) => this.setPresent(present));
    gateway.on("ephemeral", ({ name, actor }) => {
      if (name === "presence.left") this.left(actor);
    });
    session.on("joined", (user) => this.joined(user));
    session.on("applied", ({ writer, at }) => {
      const user = session.writers.get(writer);
      if (user) this.typedAt.set(user.id, Date.parse(at));
    });
  }

  follow(writer: number | null): void {
    this.followed = writer;
    this.emit("follows", null);
  }

  /** Whether somebody who writes under this number is in the pad; of whom nothing is known yet, that is believed. */
  isHere(writer: number): boolean {
    const user = this.session.writers.get(writer);
    return !user || user.id === this.session.data.me.id || this.present.has(user.id);
  }

  /** Everybody who is here, me first, and whoever else wrote in the text or was here. */
  all(state: EditorState | null): PadPerson[] {
    const characters = this.charactersByPerson(state);
    const places = state ? this.places(state) : new Map<string, Caret>();
    const users = new Map<string, Person>([[this.session.data.me.id, this.session.data.me]]);
    for (const user of [...this.present.values(), ...this.session.writers.values()]) if (user) users.set(user.id, user);
    const headings = state ? outlineOf(state.doc, this.session.data.language) : [];
    const found = [...users.values()].map((user): PadPerson => {
      const isMe = user.id === this.session.data.me.id;
      const caret = places.get(user.id);
      const head = isMe ? state?.selection.main.head : caret?.head;
      const line = state && head !== undefined ? state.doc.lineAt(Math.min(head, state.doc.length)).number : null;
      const isHere = isMe || this.present.has(user.id);
      return {
        user,
        isMe,
        isHere,
        writes: Date.now() - (this.typedAt.get(user.id) ?? 0) < WRITES,
        line: isHere ? line : null,
        heading: line === null ? "" : (headings.findLast((heading) => heading.line <= line)?.text ?? ""),
        characters: characters.get(user.id) ?? 0,
        leftAt: this.leftAt.get(user.id) ?? null,
        writer: caret?.writer ?? null,
      };
    });
    const shown = found.filter(({ isHere, characters: count, leftAt }) => isHere || count > 0 || leftAt);
    return shown.sort((a, b) => Number(b.isMe) - Number(a.isMe) || Number(b.writes) - Number(a.writes) || b.characters - a.characters);
  }

  /** The characters that the pad began with. */
  nobodys(state: EditorState | null): number {
    return state ? (countByWriter(state.field(authors)).get(0) ?? 0) : 0;
  }

  private charactersByPerson(state: EditorState | null): Map<string, number> {
    const found = new Map<string, number>();
    for (const [writer, count] of state ? countByWriter(state.field(authors)) : []) {
      const user = this.session.writers.get(writer);
      if (user) found.set(user.id, (found.get(user.id) ?? 0) + count);
    }
    return found;
  }

  /** By person, the caret that moved last. */
  private places(state: EditorState): Map<string, Caret> {
    const found = new Map<string, Caret>();
    for (const caret of [...state.field(carets).values()].sort((a, b) => a.movedAt - b.movedAt)) {
      const user = this.session.writers.get(caret.writer);
      if (user) found.set(user.id, caret);
    }
    return found;
  }

  private setPresent(present: readonly Present[]): void {
    const place = `pads/${this.session.data.id}`;
    const here = new Map(present.filter(({ fields }) => fields.includes(place)).map(({ user }) => [user.id, user]));
    for (const [id] of this.present) if (!here.has(id)) this.leftAt.set(id, new Date());
    for (const id of here.keys()) this.leftAt.delete(id);
    this.present = here;
    this.emit("changed", null);
  }

  private joined(user: Person): void {
    this.present.set(user.id, user);
    this.leftAt.delete(user.id);
    this.emit("changed", null);
  }

  private left(user: Person): void {
    if (!this.present.delete(user.id)) return;
    this.leftAt.set(user.id, new Date());
    this.emit("changed", null);
  }
}
