import htmx from "htmx.org";
import { succeeded } from "./responses";

export interface Placing {
  /** Requests of one source wait for each other, and all without one have the page's body as theirs. */
  source: Element;
  target: Element | string;
  select?: string;
  swap: string;
}

/** Have Django write a part of the page again; whether it did. Where nobody answers, the place stays as it is. */
export async function fetchPart(address: string, { source, ...placing }: Placing): Promise<boolean> {
  let isDone = false;
  const answered = (event: Event) => {
    if ((event as CustomEvent<{ elt: Element }>).detail.elt === source) isDone = succeeded(event);
  };
  source.addEventListener("htmx:afterRequest", answered);
  try {
    await htmx.ajax("get", address, { source, ...placing });
  } catch {
    // The line is broken.
  } finally {
    source.removeEventListener("htmx:afterRequest", answered);
  }
  return isDone;
}

/** Milliseconds. Together as long as a server takes to start again. */
const DELAYS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** What had no answer is asked for again after a moment, a few times. */
export class Retry {
  private tries = 0;
  private timer = 0;

  constructor(private readonly again: () => void) {}

  /** It is asked for now. */
  begin(): void {
    window.clearTimeout(this.timer);
  }

  end(isDone: boolean): void {
    window.clearTimeout(this.timer);
    const delay = DELAYS[this.tries];
    if (isDone || delay === undefined) {
      this.tries = 0;
      return;
    }
    this.tries += 1;
    this.timer = window.setTimeout(this.again, delay);
  }
}
