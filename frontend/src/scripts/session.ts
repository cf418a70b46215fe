import { Emitter } from "../emitter";
import type { KeptScript } from "./kept";
import { ask, type Checked, type Newest, type ScriptData } from "./server";

export interface Wrong {
  line: number | null;
  text: string;
}

interface SessionEvents {
  /** Something of this object's state is another. */
  changed: null;
  /** Another text is saved, and its writer had none of their own: the editor shows it. */
  replaced: { text: string; by: string };
  saved: null;
}

/** Instead of a reason, where nobody answered. */
export const AWAY = "away";
const CHECK_DELAY = 400;
const KEEP_DELAY = 300;

/** A script that one person reads or writes: what is saved, what is typed, and what somebody else has saved meanwhile. */
export class ScriptSession extends Emitter<SessionEvents> {
  /** The text that the typing began with, and its hash. The text is not known where the typing comes from an earlier visit. */
  baseText: string | null;
  base: string;
  savedText: string;
  text: string;
  /** What somebody else has saved while this text was written. */
  theirs: Newest | null = null;
  /** Who deleted the script. */
  deletedBy: string | null = null;
  wrong: Wrong | null = null;
  refusal = "";
  isSaving = false;
  keptAt: Date | null = null;
  isUnkept = false;
  private checkTimer = 0;
  private keepTimer = 0;
  private checked = "";

  constructor(
    readonly data: ScriptData,
    private readonly kept: KeptScript,
  ) {
    super();
    this.base = data.sha256;
    this.baseText = this.savedText = this.text = data.source;
  }

  get isDirty(): boolean {
    return this.text !== this.savedText;
  }

  /** Go on with what was typed in an earlier visit; false where it is what is saved. */
  resume(base: string, text: string): boolean {
    if (text === this.savedText) {
      this.kept.discard();
      return false;
    }
    this.text = text;
    if (base !== this.data.sha256) {
      this.base = base;
      this.baseText = null;
      this.theirs = { source: this.savedText, sha256: this.data.sha256, saved_at: this.data.saved_at, saved_by: "", is_on: false };
    }
    this.kept.keep({ base, text });
    this.checkSoon();
    this.emit("changed", null);
    return true;
  }

  typed(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.refusal = "";
    window.clearTimeout(this.keepTimer);
    if (this.isDirty) this.keepTimer = window.setTimeout(() => this.keepNow(), KEEP_DELAY);
    else this.forget();
    this.checkSoon();
    this.emit("changed", null);
  }

  /** The page goes: what is typed is kept now. */
  flush(): void {
    if (this.isDirty && this.data.may_edit) this.keepNow();
  }

  isKept(at: Date | null): void {
    this.keptAt = at ?? this.keptAt;
    this.isUnkept = at === null;
    this.emit("changed", null);
  }

  async save(): Promise<boolean> {
    if (!this.isDirty) return true;
    if (this.isSaving || this.theirs || this.deletedBy !== null) return false;
    const sent = this.text;
    this.isSaving = true;
    this.refusal = "";
    this.emit("changed", null);
    const answer = await ask<Newest>(this.data.urls.save, { source: sent, base_sha256: this.base });
    this.isSaving = false;
    if (answer.is === "done") this.hasSaved(sent, answer.body);
    else if (answer.is === "away") this.refusal = AWAY;
    else if (answer.newest) this.theirs = answer.newest;
    else {
      this.refusal = answer.detail;
      await this.checkNow();
    }
    this.emit("changed", null);
    return answer.is === "done";
  }

  /** What somebody else saved is what this text is compared with from now on: they are merged, or this one replaces theirs. */
  useBase(newest: Newest): void {
    this.base = newest.sha256;
    this.baseText = this.savedText = newest.source;
    this.theirs = null;
    if (this.isDirty) this.keepNow();
    else this.forget();
    this.emit("changed", null);
  }

  /** Somebody has saved the script, or may have. */
  async look(): Promise<void> {
    const answer = await ask<Newest>(this.data.urls.save);
    if (answer.is !== "done" || this.isSaving || answer.body.sha256 === this.base) return;
    const newest = answer.body;
    if (this.text === newest.source) this.useBase(newest);
    else if (this.isDirty) this.theirs = newest;
    else {
      this.text = newest.source;
      this.useBase(newest);
      this.emit("replaced", { text: newest.source, by: newest.saved_by });
    }
    this.emit("changed", null);
  }

  /** What was typed is not wanted. */
  discard(): void {
    if (this.theirs) {
      const { theirs } = this;
      this.text = theirs.source;
      this.useBase(theirs);
    } else this.text = this.savedText;
    this.forget();
    this.refusal = "";
    this.checkSoon();
    this.emit("changed", null);
  }

  /** The server is there again: what had no answer is to be saved once more. */
  isBack(): void {
    if (this.refusal !== AWAY) return;
    this.refusal = "";
    this.emit("changed", null);
  }

  wasDeleted(by: string): void {
    this.deletedBy = by;
    this.emit("changed", null);
  }

  private hasSaved(sent: string, newest: Newest): void {
    this.base = newest.sha256;
    this.baseText = this.savedText = sent;
    this.wrong = null;
    if (this.isDirty) this.keepNow();
    else this.forget();
    this.emit("saved", null);
  }

  private keepNow(): void {
    window.clearTimeout(this.keepTimer);
    this.kept.keep({ base: this.base, text: this.text });
  }

  private forget(): void {
    window.clearTimeout(this.keepTimer);
    this.keptAt = null;
    this.isUnkept = false;
    this.kept.discard();
  }

  private checkSoon(): void {
    if (!this.data.may_edit) return;
    window.clearTimeout(this.checkTimer);
    this.checkTimer = window.setTimeout(() => void this.checkNow(), CHECK_DELAY);
  }

  /** Ask Lua itself; an answer about an earlier text is nobody's any more. */
  private async checkNow(): Promise<void> {
    const { text } = this;
    if (text === this.checked) return;
    if (text === this.savedText || text.trim() === "") {
      this.checked = text;
      this.wrong = null;
      this.emit("changed", null);
      return;
    }
    const answer = await ask<Checked>(this.data.urls.check, { source: text });
    if (text !== this.text || answer.is === "away") return;
    this.checked = text;
    if (answer.is === "refused") this.wrong = { line: null, text: answer.detail };
    else this.wrong = answer.body.is_lua ? null : { line: answer.body.line, text: answer.body.problem };
    this.emit("changed", null);
  }
}
