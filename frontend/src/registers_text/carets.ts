import { EditorState, type Extension } from "@codemirror/state";
import type { EditorView, ViewUpdate } from "@codemirror/view";
import { ySyncAnnotation } from "y-codemirror.next";
import * as Y from "yjs";
import { base64Of, bytesOf } from "../base64";
import { carets, type CaretMove, moveCarets, type Names, removeCarets, showCarets, typedBy } from "../editor/carets";
import { initialsOf } from "../names";
import type { TheirCaret } from "./protocol";
import type { TextSession } from "./session";

/** Milliseconds between two messages of one's own caret, and after which it is sent again for those who came since. */
const PAUSE = 100;
const AGAIN = 10_000;
/** Whose caret was not sent for so long has gone. */
const GONE = 25_000;

/** Sends one's own caret, and shows those of the others. */
export class Carets {
  private view: EditorView | null = null;
  private readonly names = new Map<number, string>();
  private readonly heardAt = new Map<number, number>();
  private timer = 0;
  private sent = "";
  private readonly interval: number;
  private readonly stop: () => void;

  constructor(private readonly session: TextSession) {
    this.stop = session.on("caret", (caret) => this.take(caret));
    this.interval = window.setInterval(() => {
      this.sent = "";
      if (this.view?.hasFocus) this.soon();
      this.removeGone();
    }, AGAIN);
  }

  /** What an editor needs to show the others. */
  get extension(): Extension {
    const { session } = this;
    const names: Names = {
      name: (writer) => (writer === session.writer ? null : (this.names.get(writer) ?? null)),
      initials: (writer) => initialsOf(this.names.get(writer) ?? ""),
    };
    return [
      showCarets(names),
      EditorState.transactionExtender.of((transaction) => {
        const writer = transaction.annotation(ySyncAnnotation) ? session.applying : session.writer;
        return transaction.docChanged && writer !== null ? { annotations: typedBy.of(writer) } : null;
      }),
    ];
  }

  show(view: EditorView): void {
    this.view = view;
  }

  updated(update: ViewUpdate): void {
    if (update.selectionSet || update.docChanged || update.focusChanged) this.soon();
  }

  end(): void {
    window.clearInterval(this.interval);
    window.clearTimeout(this.timer);
    this.stop();
    if (this.sent) this.session.showCaret(null, null);
  }

  private take({ writer, user, anchor, head }: TheirCaret): void {
    const { view } = this;
    if (!view || writer === this.session.writer) return;
    if (anchor === null || head === null) {
      this.remove([writer]);
      return;
    }
    const move: CaretMove = { writer, anchor: this.placeOf(anchor), head: this.placeOf(head) };
    if (move.anchor < 0 || move.head < 0) return;
    this.names.set(writer, user.display_name);
    this.heardAt.set(writer, Date.now());
    // A frame may come while the editor updates.
    queueMicrotask(() => view.dispatch({ effects: moveCarets.of([move]) }));
  }

  /** Where a relative position is here, -1 where what it is beside has not come yet. */
  private placeOf(position: string): number {
    const decoded = Y.decodeRelativePosition(bytesOf(position));
    return Y.createAbsolutePositionFromRelativePosition(decoded, this.session.document)?.index ?? -1;
  }

  private removeGone(): void {
    const now = Date.now();
    this.remove([...this.heardAt].filter(([, at]) => now - at > GONE).map(([writer]) => writer));
  }

  private remove(writers: number[]): void {
    const known = this.view?.state.field(carets, false);
    const gone = writers.filter((writer) => known?.has(writer));
    for (const writer of writers) this.heardAt.delete(writer);
    if (gone.length > 0) this.view?.dispatch({ effects: removeCarets.of(gone) });
  }

  private soon(): void {
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      this.send();
    }, PAUSE);
  }

  private send(): void {
    const { session, view } = this;
    if (!view || session.phase !== "live" || session.writer === null) return;
    if (!view.hasFocus) {
      if (this.sent) session.showCaret(null, null);
      this.sent = "";
      return;
    }
    const { anchor, head } = view.state.selection.main;
    const [from, to] = [anchor, head].map((at) => this.positionOf(at)) as [string, string];
    const place = `${from} ${to}`;
    if (place === this.sent) return;
    this.sent = place;
    session.showCaret(from, to);
  }

  private positionOf(at: number): string {
    return base64Of(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(this.session.text, at)));
  }
}
