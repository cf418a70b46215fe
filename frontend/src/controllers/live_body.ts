import { Controller } from "@hotwired/stimulus";
import { gateway, me } from "../live";
import { fetchPart, Retry } from "../page_parts";
import type { ProjectEvent } from "../protocol";
import { say } from "../texts";

const ANNOUNCED = [
  "announce.release.submitted", "announce.release.signed", "announce.release.rejected", "announce.release.withdrawn",
  "announce.release.released",
];

/**
 * A page that follows its project: whatever of these events happens, or happened while the line was broken, Django writes
 * the page's body, the badge and the tabs again. A dialog beside the body stays as it is.
 */
export class LiveBodyController extends Controller<HTMLElement> {
  static override values = { on: String, address: String };
  declare readonly onValue: string;
  declare readonly addressValue: string;
  private undo: (() => void)[] = [];

  override connect(): void {
    this.undo = [gateway.on("event", (event) => this.onEvent(event)), gateway.on("missed", () => this.missed())];
  }

  override disconnect(): void {
    for (const stop of this.undo) stop();
  }

  private onEvent(event: ProjectEvent): void {
    // A block of attachments is beside the body, and asks for its own list.
    if (event.name.startsWith("attachment.")) this.attachmentsChanged();
    if (!this.onValue.split(" ").some((prefix) => event.name.startsWith(prefix))) return;
    this.announce(event);
    void this.refresh();
  }

  private missed(): void {
    this.attachmentsChanged();
    void this.refresh();
  }

  private attachmentsChanged(): void {
    window.dispatchEvent(new CustomEvent("attachments-changed"));
  }

  refresh(): Promise<void> {
    return refreshBody();
  }

  private announce({ name, actor, data }: ProjectEvent): void {
    const key = `announce.${name}`;
    const place = document.getElementById("live-words");
    if (!place || actor.id === me || !ANNOUNCED.includes(key)) return;
    place.textContent = say(key, { name: actor.display_name, release: String(data["name"] ?? ""), meaning: String(data["meaning"] ?? "") });
  }
}

/** Whether a part was not written again, because a menu in it was open. */
let isHeld = false;

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { detail } = event as CustomEvent<{ target: Element; shouldSwap: boolean }>;
  if (!detail.target.querySelector("[data-menu-target=button][aria-expanded=true]")) return;
  detail.shouldSwap = false;
  isHeld = true;
});
document.addEventListener("menu:closed", () => {
  if (isHeld) void refreshBody();
  isHeld = false;
});

let isFetching = false;
/** Whether something happened while the body was fetched: it may not show that yet. */
let isStale = false;
const retry = new Retry(() => void refreshBody());

async function refreshBody(): Promise<void> {
  isStale = isFetching;
  if (isFetching) return;
  isFetching = true;
  retry.begin();
  let isDone: boolean;
  do {
    isStale = false;
    isDone = await fetchBody();
  } while (isStale);
  isFetching = false;
  retry.end(isDone);
}

/** Whether it was answered. The element is another one each time: it is looked for by its id. */
async function fetchBody(): Promise<boolean> {
  const body = document.getElementById("live-body");
  if (!body) return true;
  const address = body.dataset["liveBodyAddressValue"] || location.pathname + location.search;
  const focused = body.contains(document.activeElement) ? document.activeElement?.id : "";
  const isDone = await fetchPart(address, { source: body, target: body, select: "#live-body", swap: "outerHTML settle:0ms" });
  if (isDone && focused) document.getElementById(focused)?.focus({ preventScroll: true });
  return isDone;
}
