import { say } from "../texts";

const STEPS = ["KiB", "MiB", "GiB"];
/** Before that many seconds a guess of the time that is left jumps about. */
const MIN_SECONDS = 2;

/** A size for people, as the server writes it (`workspace/attachments/sizes.py`). */
export function sizeWords(bytes: number): string {
  let size = bytes / 1024;
  let step = 0;
  while (size >= 1024 && step < STEPS.length - 1) {
    size /= 1024;
    step += 1;
  }
  const digits = size < 10 && step > 0 ? 1 : 0;
  // A few bytes are not nothing.
  const shown = bytes === 0 ? 0 : Math.max(size, 1);
  return `${shown.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits })} ${STEPS[step]}`;
}

/** How fast an upload is, measured since it last began. */
export class Pace {
  private began = 0;
  private from = 0;

  begin(sent: number): void {
    this.began = performance.now();
    this.from = sent;
  }

  /** "8 s left", or nothing while nobody can tell. */
  left(sent: number, size: number): string {
    const seconds = (performance.now() - this.began) / 1000;
    if (seconds < MIN_SECONDS || sent <= this.from) return "";
    const left = Math.ceil(((size - sent) * seconds) / (sent - this.from));
    return left < 60 ? say("attachment.left.seconds", { n: left }) : say("attachment.left.minutes", { n: Math.ceil(left / 60) });
  }
}
