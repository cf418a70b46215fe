import { account, page, pageAccount, type SessionState } from "./account";

/** Warn so long before somebody is signed out (WCAG 2.2.1 asks for 20 seconds at least). */
const WARNING = 120_000;
const EVERY = 5_000;
/** Genuine activity is reported to the server at most this often; it records the use by the minute, too. */
const SAY_INTERVAL = 60_000;
/** What only a person does. A page scrolls by itself, too, so scrolling counts by the wheel, the finger or the key. */
const ACTIVITY = ["pointermove", "pointerdown", "keydown", "wheel", "touchmove", "input"] as const;

type Kind = "another" | "nobody" | "offline" | "idle" | "life" | "old";

/** The one bar about the page as a whole, the most urgent first. */
class PageBars {
  private readonly root = document.getElementById("page-bars");
  private readonly wanted = new Map<Kind, Record<string, string>>();
  private shown: Kind | null = null;

  show(kind: Kind, words: Record<string, string> = {}): void {
    this.wanted.set(kind, words);
    this.paint();
  }

  hide(...kinds: Kind[]): void {
    for (const kind of kinds) this.wanted.delete(kind);
    this.paint();
  }

  private paint(): void {
    const order: Kind[] = ["another", "nobody", "offline", "life", "idle", "old"];
    const kind = order.find((one) => this.wanted.has(one)) ?? null;
    if (kind !== this.shown) {
      this.shown = kind;
      const template = kind && document.getElementById(`page-bar-${kind}`);
      this.root?.replaceChildren(...(template instanceof HTMLTemplateElement ? [template.content.cloneNode(true)] : []));
      this.root?.querySelector("[data-part=stay]")?.addEventListener("click", () => void account.keepAlive());
    }
    for (const [name, text] of Object.entries((kind && this.wanted.get(kind)) ?? {})) {
      const place = this.root?.querySelector(`[data-part="${name}"]`);
      if (place && place.textContent !== text) place.textContent = text;
    }
  }
}

export const bars = new PageBars();

/** Says that the browser is offline. Workspace and pads say it themselves, and what becomes of the text. */
export function watchConnection(): void {
  if (!pageAccount || document.querySelector("[data-controller~=workspace], [data-says-offline]")) return;
  const paint = () => (navigator.onLine ? bars.hide("offline") : bars.show("offline"));
  window.addEventListener("online", paint);
  window.addEventListener("offline", paint);
  paint();
}

const clock = new Intl.DateTimeFormat(document.documentElement.lang || "en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Says when the sign-in is about to end, and reports to the server while somebody is here. */
export function watchSession(): void {
  if (!pageAccount) return;
  let idleUntil = Date.now() + page.idleLeft * 1000;
  let lifeUntil = Date.now() + page.lifeLeft * 1000;
  let longestIdle = page.idleLeft * 1000;
  let saidAt = Date.now();
  let askedAt = 0;

  const paint = () => {
    const now = Date.now();
    // Where the whole time is short, half of it goes by without a word.
    const isIdle = idleUntil - now < Math.min(WARNING, longestIdle / 2);
    const isOld = lifeUntil - now < WARNING;
    if (isIdle) bars.show("idle", { time: clock.format(idleUntil) });
    else bars.hide("idle");
    if (isOld) bars.show("life", { time: clock.format(lifeUntil) });
    else bars.hide("life");
    return isIdle || isOld;
  };

  account.on("state", (state: SessionState) => {
    idleUntil = Date.now() + state.idle_left * 1000;
    lifeUntil = Date.now() + state.life_left * 1000;
    longestIdle = Math.max(longestIdle, state.idle_left * 1000);
    paint();
  });
  account.on("identity", (identity) => {
    if (identity.as !== "another") bars.hide("another");
    if (identity.as !== "nobody") bars.hide("nobody");
    if (identity.as === "another") bars.show("another", { name: identity.name });
    if (identity.as === "nobody") bars.show("nobody");
    if (identity.as !== "same") bars.hide("idle", "life");
  });
  window.setInterval(() => {
    if (!account.isSame) return;
    const now = Date.now();
    const isNear = Math.min(idleUntil, lifeUntil) - now < WARNING + EVERY;
    // Another tab, or work in a socket, may have kept the session: the server knows.
    if (isNear && now - askedAt > 2 * EVERY) {
      askedAt = now;
      void account.refresh().then(paint);
    }
  }, EVERY);

  const active = (event: Event) => {
    const now = Date.now();
    if (!event.isTrusted || document.hidden || !account.isSame || now - saidAt < SAY_INTERVAL) return;
    saidAt = now;
    void account.keepAlive();
  };
  for (const name of ACTIVITY) window.addEventListener(name, active, { capture: true, passive: true });
}
