import { account } from "../account";
import { Emitter } from "../emitter";
import { newReference } from "../reference";
import { say } from "../texts";
import { fingerprintOf, forget, keep, type KeptUpload, keptUploads, whenFree } from "./kept_uploads";
import { storableName } from "./names";
import { sizeWords } from "./sizes";
import { Sending } from "./sending";

/** More at once are not faster, and the first ones are there earlier. */
const MAX_AT_ONCE = 2;

/** Where files of a page go, and how large they may be. */
export interface Destination {
  uploads: string;
  attachments: string;
  /** As in `KeptUpload`. */
  subject: string;
  /** Bytes of one file, at most; the server says when the project has no room. */
  limit: number;
}

interface UploadEvents {
  /** Something changed that is shown. */
  changed: null;
  /** A file was attached to this subject. */
  attached: { subject: string; name: string };
}

/** All uploads of this page: a few at once, the others wait for their turn. */
class Uploads extends Emitter<UploadEvents> {
  private readonly all = new Set<Sending>();
  /** The projects whose uploads of earlier pages are here already. */
  private readonly recalled = new Set<string>();

  constructor() {
    super();
    window.addEventListener("online", () => this.goOn());
    window.addEventListener("beforeunload", (event) => {
      // What has an address goes on after a reload; what waits for its turn would be gone.
      if ([...this.all].some(({ phase, kept }) => phase === "queued" && kept.url === "")) event.preventDefault();
    });
    account.on("identity", ({ as }) => {
      if (as === "same") this.goOn();
    });
  }

  /** Those for subjects of one project, the oldest first. */
  of(attachments: string, isMeant: (subject: string) => boolean): Sending[] {
    return [...this.all].filter(({ kept }) => kept.attachments === attachments && isMeant(kept.subject));
  }

  /** Take files; what is too large is refused before any byte moves. */
  add(files: Iterable<File>, to: Destination): void {
    for (const file of files) {
      const sending = new Sending(this.describe(file, to), file, this.heard);
      this.all.add(sending);
      if (file.size > to.limit) sending.refuse(say("attachment.too_large", { size: sizeWords(file.size), limit: sizeWords(to.limit) }));
    }
    this.next();
  }

  /** Those that an earlier page of this browser began, with what the server has of them. */
  recall(attachments: string): void {
    if (this.recalled.has(attachments)) return;
    this.recalled.add(attachments);
    for (const kept of keptUploads()) {
      if (kept.attachments === attachments) void whenFree(kept, () => this.takeOver(kept.id));
    }
  }

  /** What is kept of it is read again: the page that had it may have ended it, or learnt what it is attached to. */
  private takeOver(id: string): void {
    const kept = keptUploads().find((each) => each.id === id);
    if (!kept) return;
    const sending = new Sending(kept, null, this.heard);
    this.all.add(sending);
    void sending.ask().then((isThere) => {
      if (!isThere) sending.expire();
    });
  }

  /** What files were meant for is there now, as `subject`: they are attached to it as soon as they are whole. */
  assign(attachments: string, before: string, subject: string): void {
    for (const sending of this.of(attachments, (meant) => meant === before)) {
      sending.kept.subject = subject;
      if (sending.phase === "refused") this.remove(sending);
      else sending.assigned();
    }
    this.emit("changed", null);
  }

  pause(sending: Sending): void {
    sending.pause();
    this.next();
  }

  resume(sending: Sending): void {
    sending.queue();
    this.next();
  }

  /** The file of an earlier page was chosen again; it has the same facts. */
  giveFile(sending: Sending, file: File): void {
    sending.file = file;
    this.resume(sending);
  }

  cancel(sending: Sending): void {
    sending.cancel();
    this.remove(sending);
  }

  private describe(file: File, { uploads, attachments, subject }: Destination): KeptUpload {
    const name = storableName(file.name);
    return { id: newReference(), uploads, attachments, subject, name, fingerprint: fingerprintOf(file), size: file.size, url: "" };
  }

  private next(): void {
    const sendings = [...this.all];
    let running = sendings.filter(({ phase }) => phase === "running").length;
    for (const sending of sendings) {
      if (sending.phase !== "queued" || running >= MAX_AT_ONCE) continue;
      running += 1;
      sending.start();
    }
    this.emit("changed", null);
  }

  private goOn(): void {
    for (const sending of this.all) if (sending.phase === "waiting") sending.queue();
    this.next();
  }

  private remove(sending: Sending): void {
    this.all.delete(sending);
    forget(sending.kept);
    this.next();
  }

  private readonly heard = (sending: Sending, what: "moved" | "known" | "stopped" | "attached"): void => {
    if (what === "known" && sending.kept.url) keep(sending.kept);
    if (what === "stopped") this.next();
    if (what === "attached") {
      this.remove(sending);
      this.emit("attached", { subject: sending.kept.subject, name: sending.kept.name });
    }
    this.emit("changed", null);
  };
}

export const uploads = new Uploads();
