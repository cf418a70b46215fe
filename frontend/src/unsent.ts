import { isOfAnotherAccount, pageHeaders } from "./account";
import { toast } from "./base/controllers/toasts";
import { fetchOutliving } from "./outliving";

/** At most this far behind the typing, as with the texts of fields. */
const DELAY = 1_000;
const RETRY = 5_000;

/** What this person has begun to write in this project and not sent, by place; the server keeps it for them alone. */
class UnsentTexts {
  private readonly facts = document.querySelector<HTMLMetaElement>("meta[name=unsent-texts]")?.dataset ?? {};
  private readonly texts = new Map<string, string>();
  private loading: Promise<Map<string, string>> | null = null;
  /** Places whose text the server does not have yet, with the timer that puts it. */
  private readonly waiting = new Map<string, number>();
  private readonly putting = new Map<string, Promise<void>>();
  private readonly refused = new Set<string>();

  constructor() {
    window.addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.flush();
    });
    window.addEventListener("beforeunload", (event) => {
      this.flush();
      if (this.refused.size > 0) event.preventDefault();
    });
  }

  /** The texts by place, asked for once a page. */
  load(): Promise<Map<string, string>> {
    this.loading ??= this.fetch();
    return this.loading;
  }

  get(place: string): string {
    return this.texts.get(place) ?? "";
  }

  /** The text of a place now; an empty one is forgotten. */
  keep(place: string, text: string, delay = DELAY): void {
    this.texts.set(place, text);
    this.later(place, delay);
  }

  /** The text of a place is sent by its form: the server deleted it with the act, unless a put was still on its way. */
  sent(place: string): void {
    if (this.waiting.has(place) || this.putting.has(place) || this.refused.has(place)) this.discard(place);
    else this.texts.delete(place);
  }

  discard(place: string): void {
    this.keep(place, "", 0);
  }

  private later(place: string, delay: number): void {
    if (!this.facts["url"] || (this.waiting.has(place) && delay > 0)) return;
    this.stop(place);
    this.waiting.set(place, window.setTimeout(() => this.put(place), delay));
  }

  private stop(place: string): void {
    window.clearTimeout(this.waiting.get(place));
    this.waiting.delete(place);
  }

  private flush(): void {
    for (const place of this.waiting.keys()) this.put(place);
  }

  /** One after the other for each place, so that the newest text arrives last. */
  private put(place: string): void {
    this.stop(place);
    const before = this.putting.get(place);
    const putting = (before ? before.then(() => this.send(place)) : this.send(place)).finally(() => {
      if (this.putting.get(place) === putting) this.putting.delete(place);
    });
    this.putting.set(place, putting);
  }

  private async send(place: string): Promise<void> {
    const { url = "", person = "" } = this.facts;
    const text = this.get(place);
    const body = new URLSearchParams({ person, place, text }).toString();
    const headers = { ...pageHeaders(), "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8" };
    try {
      const answer = await fetchOutliving(url, { method: "POST", body, headers });
      if (answer.ok) {
        this.refused.delete(place);
        this.announce(place, text, true);
      }
      else if (isOfAnotherAccount(answer)) this.failed(place, "");
      else this.failed(place, answer.status < 500 ? await answer.text() : "");
    } catch {
      this.failed(place, "");
    }
  }

  /** Said once for each place; without words the server may be there again in a moment. */
  private failed(place: string, words: string): void {
    this.announce(place, this.get(place), false);
    const isNew = !this.refused.has(place);
    this.refused.add(place);
    if (!words) this.later(place, RETRY);
    else if (isNew) toast({ text: words, kind: "failed" });
  }

  /** For those who say whether a text is kept: the event `unsent` of the window. */
  private announce(place: string, text: string, isKept: boolean): void {
    window.dispatchEvent(new CustomEvent("unsent", { detail: { place, text, isKept } }));
  }

  private async fetch(): Promise<Map<string, string>> {
    const { url, person } = this.facts;
    if (!url) return this.texts;
    const answer = await fetch(url, { headers: pageHeaders() }).catch(() => null);
    if (!answer?.ok) return this.texts;
    const kept = (await answer.json()) as { person: string; texts: Record<string, string> };
    // The browser may be signed in as somebody else by now.
    if (kept.person !== person) return this.texts;
    for (const [place, text] of Object.entries(kept.texts)) if (!this.texts.has(place)) this.texts.set(place, text);
    return this.texts;
  }
}

export const unsent = new UnsentTexts();
