import { Text } from "@codemirror/state";
import * as Y from "yjs";
import { differenceOf } from "../editor/differences";

type Taken = ReturnType<Y.UndoManager["undo"]>;
type Delta = Y.YTextEvent["delta"];

/** What an earlier document has of what was written in the present one; nobody's to take back there. */
const FOLLOWED = "followed";
/** What was taken back in an earlier document, and so in the present one. */
const TAKEN_BACK = "taken back";

/**
 * Undo and redo of one's own changes, across renewals of the document.
 *
 * A renewed document has no history. So the one before stays here, with what can be taken back in it: it follows what is
 * written in the present one, and what is undone there is done here.
 */
export class PadUndoManager extends Y.UndoManager {
  private readonly stop: () => void = () => undefined;

  constructor(
    readonly text: Y.Text,
    private before: PadUndoManager | null,
  ) {
    super(text);
    if (!before) return;
    const [old, now] = [before.text, text].map((each) => Text.of(each.toString().split("\n"))) as [Text, Text];
    const delta: Delta = [];
    let at = 0;
    differenceOf(old, now).iterChanges((from, to, _fromB, _toB, insert) => {
      delta.push({ retain: from - at }, { insert: insert.toString() }, { delete: to - from });
      at = to;
    });
    before.follow(delta.filter(({ retain, insert, delete: count }) => retain || insert || count));
    const follow = ({ delta: changes }: Y.YTextEvent, { origin }: Y.Transaction) => {
      if (origin !== TAKEN_BACK) this.before?.follow(changes);
      this.forget();
    };
    text.observe(follow);
    this.stop = () => text.unobserve(follow);
  }

  /** One's own last change: of this document, then of those before. */
  override undo(): Taken {
    return super.undo() ?? this.through((before) => before.undo());
  }

  override redo(): Taken {
    return this.through((before) => before.redo()) ?? super.redo();
  }

  override clear(undo = true, redo = true): void {
    super.clear(undo, redo);
    this.before?.clear(undo, redo);
  }

  private get isEmpty(): boolean {
    return !this.canUndo() && !this.canRedo() && (this.before?.isEmpty ?? true);
  }

  private follow(delta: Delta): void {
    this.doc.transact(() => this.text.applyDelta(delta), FOLLOWED);
  }

  /** Take something back in the document before, and do here what that did. */
  private through(act: (before: PadUndoManager) => Taken): Taken {
    const { before } = this;
    if (!before) return null;
    const done: Delta[] = [];
    const listen = ({ delta }: Y.YTextEvent) => void done.push(delta);
    before.text.observe(listen);
    const taken = act(before);
    before.text.unobserve(listen);
    if (done.length > 0) this.doc.transact(() => done.forEach((delta) => this.text.applyDelta(delta)), TAKEN_BACK);
    return taken;
  }

  /** Let the earlier document go once nothing in it can be taken back. */
  private forget(): void {
    if (!this.before?.isEmpty) return;
    this.before.doc.destroy();
    this.before = null;
    this.stop();
  }
}
