import type { EditorView, ViewUpdate } from "@codemirror/view";
import { carets, type CaretMove, moveCarets, removeCarets } from "../editor/carets";
import type { Cursor } from "./protocol";
import { rangeOf } from "../editor/differences";
import type { PadSession } from "./session";

/** Milliseconds between two messages of one's own caret. */
const PAUSE = 80;
/** Somebody who comes later learns where one is. */
const AGAIN = 10_000;
/** Whose caret was not sent for so long has closed their page. A browser wakes one in the background once a minute. */
const GONE = 150_000;

/** Sends one's own caret, and shows those of the others in the text as it is here. */
export class Cursors {
  private timer = 0;
  private sent = "";
  /** Of revisions that are not here yet, by writer: the last one of each. */
  private readonly ahead = new Map<number, Cursor>();
  private readonly heardAt = new Map<number, number>();

  constructor(
    private readonly session: PadSession,
    private readonly view: EditorView,
  ) {
    window.setInterval(() => {
      this.sent = "";
      this.soon();
    }, AGAIN);
    session.on("joined", () => {
      this.sent = "";
      this.soon();
    });
    session.on("cursors", (cursors) => this.take(cursors));
    session.on("status", () => {
      if (session.outbox.count === 0) this.soon();
    });
    session.on("applied", ({ revision }) => {
      const due = [...this.ahead.values()].filter((cursor) => cursor.revision <= revision);
      for (const { writer } of due) this.ahead.delete(writer);
      this.show(due);
    });
    this.showAll();
  }

  /** Those that were there before this document. */
  showAll(): void {
    this.take([...this.session.cursors.values()]);
  }

  /** Remove the carets of those who are not in the pad any more. */
  removeGone(isHere: (writer: number) => boolean): void {
    const now = Date.now();
    const isGone = (writer: number) => !isHere(writer) || now - (this.heardAt.get(writer) ?? now) > GONE;
    const gone = [...this.view.state.field(carets).keys()].filter(isGone);
    if (gone.length === 0) return;
    for (const writer of gone) this.session.cursors.delete(writer);
    for (const writer of gone) this.ahead.delete(writer);
    this.view.dispatch({ effects: removeCarets.of(gone) });
  }

  updated(update: ViewUpdate): void {
    if (update.selectionSet || update.docChanged || update.focusChanged) this.soon();
  }

  private take(cursors: readonly Cursor[]): void {
    const others = cursors.filter(({ writer }) => writer !== this.session.writer);
    for (const cursor of others) {
      this.heardAt.set(cursor.writer, Date.now());
      if (cursor.revision > this.session.revision) this.ahead.set(cursor.writer, cursor);
      else this.ahead.delete(cursor.writer);
    }
    this.show(others.filter(({ revision }) => revision <= this.session.revision));
  }

  /** A caret is a place in the text of the server; here it may have more. */
  private show(cursors: readonly Cursor[]): void {
    if (cursors.length === 0) return;
    const { base, outbox } = this.session;
    const typed = outbox.count === 0 ? null : rangeOf(base.toString(), this.view.state.doc.toString());
    const place = (at: number) => {
      const inside = Math.min(at, base.length);
      return typed ? typed.mapPos(inside, -1) : inside;
    };
    const moves = cursors.map(({ writer, anchor, head }): CaretMove => ({ writer, anchor: place(anchor), head: place(head) }));
    this.view.dispatch({ effects: moveCarets.of(moves) });
  }

  private soon(): void {
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      this.send();
    }, PAUSE);
  }

  /** Once the server has all that is typed: what is typed shows the caret, too. */
  private send(): void {
    const { session, view } = this;
    if (session.phase !== "live" || session.outbox.count > 0 || session.base.length !== view.state.doc.length) return;
    const { anchor, head } = view.state.selection.main;
    const place = `${session.revision} ${anchor} ${head}`;
    if (place === this.sent) return;
    this.sent = place;
    session.moveCursor(anchor, head);
  }
}
