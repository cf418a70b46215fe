import { Emitter } from "./emitter";

/**
 * The account that this page was rendered for, and whether it is still the one that is signed in at this browser.
 *
 * Everything that the page sends names its account (`accounts/binding.py`), and the server refuses it where another one
 * is signed in. Here the page learns of it, as soon as it can, and stops sending.
 */

const HEADER = "X-Page-Account";
const CSRF_FIELD = "csrfmiddlewaretoken";
/** Between two requests that nobody asked for, in milliseconds. */
const REFRESH_INTERVAL = 2_000;

const meta = document.querySelector<HTMLMetaElement>("meta[name=page-account]");

/** The id of the page's account; empty on a page of nobody's. */
export const pageAccount = meta?.content ?? "";

/** How long the session lasted when the page was made, in seconds. */
export const page = { idleLeft: Number(meta?.dataset["idleLeft"]), lifeLeft: Number(meta?.dataset["lifeLeft"]) };

export type Identity =
  | { as: "same" }
  | { as: "nobody" }
  | { as: "another"; name: string };

/** What the server says of this browser's session; times in seconds. */
export interface SessionState {
  account: { id: string; display_name: string };
  idle_left: number;
  life_left: number;
}

interface AccountEvents {
  identity: Identity;
  state: SessionState;
}

class Account extends Emitter<AccountEvents> {
  identity: Identity = { as: "same" };
  private readonly url = meta?.dataset["session"] ?? "";
  private channel: BroadcastChannel | null = null;
  private refreshedAt = Date.now();

  /** Look again whenever another account may have signed in meanwhile. */
  watch(): void {
    this.listen();
    // Every page that is loaded says whose it is; the tabs that are open look whether that is news.
    this.channel?.postMessage(pageAccount);
    // A message would throw a page out of the browser's memory, where it waits for its person to go back.
    window.addEventListener("pagehide", () => this.channel?.close());
    window.addEventListener("pageshow", ({ persisted }) => {
      if (!persisted) return;
      this.listen();
      if (pageAccount) void this.refresh();
    });
    for (const name of ["focus", "visibilitychange"]) {
      window.addEventListener(name, () => {
        if (pageAccount && !document.hidden && Date.now() - this.refreshedAt > REFRESH_INTERVAL) void this.refresh();
      }, true);
    }
  }

  private listen(): void {
    if (typeof BroadcastChannel === "undefined") return;
    this.channel = new BroadcastChannel("foundry.account");
    this.channel.addEventListener("message", (message: MessageEvent<string>) => {
      if (pageAccount && (message.data !== pageAccount || !this.isSame)) void this.refresh();
    });
  }

  get isSame(): boolean {
    return this.identity.as === "same";
  }

  /** Ask the server who is signed in. Nothing is known while it cannot be reached. */
  async refresh(): Promise<void> {
    await this.ask({ cache: "no-store" });
  }

  /** Tell the server that a person is here, which keeps them signed in. */
  async keepAlive(): Promise<void> {
    await this.ask({ method: "POST", headers: pageHeaders() });
  }

  private async ask(request: RequestInit): Promise<void> {
    this.refreshedAt = Date.now();
    let answer: Response;
    try {
      answer = await fetch(this.url, { credentials: "same-origin", ...request });
    } catch {
      return;
    }
    if (answer.status === 401) this.become({ as: "nobody" });
    else if (answer.status === 409) await this.refresh();
    else if (answer.ok) this.learn((await answer.json()) as SessionState);
  }

  private learn(state: SessionState): void {
    const isSame = state.account.id === pageAccount;
    this.become(isSame ? { as: "same" } : { as: "another", name: state.account.display_name });
    if (isSame) this.emit("state", state);
  }

  private become(identity: Identity): void {
    const before = this.identity;
    this.identity = identity;
    document.documentElement.toggleAttribute("data-another-account", identity.as === "another");
    if (before.as !== identity.as || identity.as === "another") this.emit("identity", identity);
  }
}

export const account = new Account();

/** What every request of a signed-in page carries. The CSRF token is the browser's present one: signing in makes a new one. */
export function pageHeaders(): Record<string, string> {
  return pageAccount ? { [HEADER]: pageAccount, "X-CSRFToken": csrfToken() } : {};
}

/** Whether the page is refused because its person is signed out, or somebody else signed in; then it says so. */
export function isOfAnotherAccount({ status }: Response): boolean {
  const isRefused = status === 401 || status === 409;
  if (isRefused) void account.refresh();
  return isRefused;
}

/** A form that was rendered before its person signed in again is as good as a new one; its account stays. */
export function renewToken(form: HTMLFormElement): void {
  const field = form.elements.namedItem(CSRF_FIELD);
  if (field instanceof HTMLInputElement && csrfToken()) field.value = csrfToken();
}

function csrfToken(): string {
  const name = `${meta?.dataset["csrfCookie"]}=`;
  return document.cookie.split("; ").find((cookie) => cookie.startsWith(name))?.slice(name.length) ?? "";
}

interface Configured {
  headers: Record<string, string>;
  parameters: Record<string, unknown>;
}

/** Name the account in whatever htmx sends, and let forms go out only while it is the one that is signed in. */
export function bindRequests(): void {
  if (!pageAccount) return;
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers, parameters } = (event as CustomEvent<Configured>).detail;
    Object.assign(headers, pageHeaders());
    if (CSRF_FIELD in parameters && csrfToken()) parameters[CSRF_FIELD] = csrfToken();
    if (!account.isSame) event.preventDefault();
  });
  // Caught before the page's own listeners: what was typed stays in the page.
  window.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post") return;
    if (!account.isSame) {
      event.preventDefault();
      event.stopImmediatePropagation();
      void account.refresh();
    } else renewToken(form);
  }, true);
  window.addEventListener("account-refused", () => void account.refresh());
}
