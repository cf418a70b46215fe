import { DetailedError, type HttpRequest, Upload as Transfer } from "tus-js-client";
import { account, pageHeaders } from "../account";
import type { Problem } from "../protocol";
import { say } from "../texts";
import { holdWhile, isThere, type KeptUpload } from "./kept_uploads";
import { Pace } from "./sizes";

/** Under the server's 8 MiB for a body. */
const CHUNK = 4 * 1024 * 1024;
const RETRY_DELAYS = [0, 1_000, 3_000, 5_000];
const WAIT = 10_000;

/**
 * - queued: waits for its turn
 * - running: bytes move
 * - paused: by its person; `kept`: by a reload, and its file has to be chosen again
 * - waiting: the server cannot be reached, or its person is signed out; goes on by itself
 * - whole: all bytes are there, what they are attached to is not
 * - attaching: being attached
 * - refused: the server, or a limit, said no
 */
export type Phase = "queued" | "running" | "paused" | "kept" | "waiting" | "whole" | "attaching" | "refused";

type Heard = (sending: Sending, what: "moved" | "known" | "stopped" | "attached") => void;

/** One file on its way: its bytes go to the server piece by piece, then it is attached. */
export class Sending {
  phase: Phase = "queued";
  sent = 0;
  /** Why it was refused. */
  refusal = "";
  private readonly pace = new Pace();
  private transfer: Transfer | null = null;
  private release: () => void = () => undefined;
  private timer = 0;
  /** Its address is not known yet. Nothing is broken off then: the server would keep room for what nobody can end. */
  private isCreating = false;
  private isCancelled = false;

  constructor(
    readonly kept: KeptUpload,
    public file: File | null,
    private readonly heard: Heard,
  ) {}

  /** "8 s left", or nothing while nobody can tell. */
  get left(): string {
    return this.pace.left(this.sent, this.kept.size);
  }

  start(): void {
    if (!this.file) return;
    this.become("running");
    this.pace.begin(this.sent);
    if (!this.transfer) {
      holdWhile(this.kept, new Promise((resolve) => (this.release = resolve)));
      this.transfer = this.prepare(this.file);
    }
    if (this.isCreating) return;
    this.isCreating = !this.kept.url;
    this.transfer.start();
  }

  queue(): void {
    window.clearTimeout(this.timer);
    if (this.isWhole) void this.attach();
    else this.become("queued");
  }

  pause(): void {
    if (!this.isCreating) void this.transfer?.abort();
    this.become("paused");
  }

  refuse(words: string): void {
    this.refusal = words;
    this.become("refused");
  }

  /** Tell the server, so that its room is free at once; otherwise the upload ends by itself after a day. */
  cancel(): void {
    window.clearTimeout(this.timer);
    this.isCancelled = true;
    if (!this.isCreating) this.end();
  }

  private end(): void {
    void this.transfer?.abort();
    this.release();
    if (this.kept.url) void fetch(this.kept.url, { method: "DELETE", headers: tusHeaders() }).catch(() => undefined);
  }

  /** What the server has of an upload of an earlier page; false if it has nothing any more. */
  async ask(): Promise<boolean> {
    this.become("kept");
    const answer = await fetch(this.kept.url, { method: "HEAD", headers: tusHeaders(), cache: "no-store" }).catch(() => null);
    if (answer?.status === 404) return false;
    this.sent = Number(answer?.headers.get("Upload-Offset") ?? 0);
    if (this.isWhole) this.arrived();
    this.heard(this, "moved");
    return true;
  }

  /** The server has removed what it had. That is said until its person puts it away; there is nothing to end any more. */
  expire(): void {
    this.kept.url = "";
    this.refuse(say("attachment.expired"));
  }

  /** It is known now what the file is attached to. */
  assigned(): void {
    this.heard(this, "known");
    if (this.phase === "whole") void this.attach();
  }

  private get isWhole(): boolean {
    return this.kept.size > 0 && this.sent === this.kept.size;
  }

  private prepare(file: File): Transfer {
    return new Transfer(file, {
      endpoint: this.kept.uploads,
      uploadUrl: this.kept.url || null,
      chunkSize: CHUNK,
      retryDelays: RETRY_DELAYS,
      // Ours is kept in `kept_uploads.ts`, with what the file is attached to.
      storeFingerprintForResuming: false,
      metadata: { filename: this.kept.name },
      onBeforeRequest: (request: HttpRequest) => {
        for (const [name, value] of Object.entries(pageHeaders())) request.setHeader(name, value);
      },
      // After a 409, somebody else's bytes were faster: the server is asked where it goes on.
      onShouldRetry: ({ originalResponse }) => originalResponse?.getStatus() === 409 || isPassing(originalResponse?.getStatus() ?? 0),
      onUploadUrlAvailable: () => {
        this.isCreating = false;
        this.kept.url = this.transfer?.url ?? "";
        if (this.isCancelled) this.end();
        else {
          this.heard(this, "known");
          if (this.phase !== "running") void this.transfer?.abort();
        }
      },
      onProgress: (sent) => {
        this.sent = sent;
        this.heard(this, "moved");
      },
      onSuccess: () => {
        this.sent = this.kept.size;
        this.arrived();
      },
      onError: (error) => this.failed(error),
    });
  }

  private arrived(): void {
    if (isThere(this.kept.subject)) void this.attach();
    else this.become("whole");
  }

  private async attach(): Promise<void> {
    this.become("attaching");
    const [type, id] = this.kept.subject.split(":");
    const upload = this.kept.url.split("/").filter(Boolean).at(-1);
    const body = JSON.stringify({ upload, subject: { type, id }, name: this.kept.name });
    const headers = { ...pageHeaders(), "Content-Type": "application/json", "Idempotency-Key": this.kept.id };
    const answer = await fetch(this.kept.attachments, { method: "POST", headers, body }).catch(() => null);
    if (answer?.ok) {
      this.release();
      this.heard(this, "attached");
    } else await this.refused(answer?.status ?? 0, (await answer?.text()) ?? "");
  }

  private failed(error: Error | DetailedError): void {
    this.isCreating = false;
    if (this.isCancelled) this.release();
    if (this.isCancelled || this.phase === "paused") return;
    const answer = error instanceof DetailedError ? error.originalResponse : null;
    void this.refused(answer?.getStatus() ?? 0, answer?.getBody() ?? "");
  }

  /** Nobody answered, or it passes: it goes on by itself. Otherwise the words of the server are shown beside the file. */
  private async refused(status: number, body: string): Promise<void> {
    if (status === 401 || status === 409) await account.refresh();
    if (isPassing(status) || !account.isSame) this.wait();
    else this.refuse(wordsOf(body));
  }

  private wait(): void {
    this.become("waiting");
    this.timer = window.setTimeout(() => {
      if (account.isSame) this.queue();
    }, WAIT);
  }

  private become(phase: Phase): void {
    this.phase = phase;
    this.heard(this, phase === "running" ? "moved" : "stopped");
  }
}

/** Nobody answered, there were too many requests, or the server is ill. */
function isPassing(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}

function tusHeaders(): Record<string, string> {
  return { ...pageHeaders(), "Tus-Resumable": "1.0.0" };
}

function wordsOf(body: string): string {
  try {
    const problem = JSON.parse(body) as Problem;
    const errors = Object.values((problem["errors"] as Record<string, string[]> | undefined) ?? {});
    return errors[0]?.[0] ?? problem.detail;
  } catch {
    return say("attachment.failed");
  }
}
