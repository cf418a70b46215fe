import { addressWith } from "../address";
import { project } from "../instance";
import { LiveController } from "../../controllers/live";
import { Partial } from "../../controllers/partials";

const MEMORY = "foundry.panel-tab";

/** The side panel: its tabs; the history is asked for again when there is a new version or a new comment. */
export class PanelController extends LiveController {
  static override targets = ["tab", "page", "history"];
  declare readonly tabTargets: HTMLButtonElement[];
  declare readonly pageTargets: HTMLElement[];
  declare readonly historyTarget: HTMLElement;

  override connect(): void {
    const versions = new Partial(this.historyTarget, () => this.historyTarget.dataset["url"] ?? "");
    this.follow(
      project.on("version", () => void versions.refresh()),
      project.on("event", ({ name }) => {
        if (name.startsWith("comment.")) void versions.refresh();
      }),
    );
    window.addEventListener("panel:show", this.asked);
    const remembered = localStorage.getItem(MEMORY);
    // Over a proposal its own tab comes first.
    if (!project.proposal && remembered && remembered !== this.shown && !new URLSearchParams(location.search).has("panel")) {
      this.show(remembered);
      history.replaceState(null, "", addressWith({ panel: this.shown }));
    }
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("panel:show", this.asked);
  }

  choose(event: Event): void {
    const { name = "" } = (event.currentTarget as HTMLElement).dataset;
    if (this.shown === name) return;
    this.show(name);
    if (!project.proposal) localStorage.setItem(MEMORY, name);
    history.pushState(null, "", addressWith({ panel: name }));
  }

  /** Back and forward. */
  restore(): void {
    this.show(new URLSearchParams(location.search).get("panel") ?? this.tabTargets[0]?.dataset["name"] ?? "");
  }

  private get shown(): string {
    return this.tabTargets.find((tab) => tab.ariaSelected === "true")?.dataset["name"] ?? "";
  }

  /** Arrow keys move between the tabs (WAI-ARIA, tabs pattern). */
  arrow(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = this.tabTargets.findIndex((tab) => tab.ariaSelected === "true");
    const next = this.tabTargets.at((at + step) % this.tabTargets.length);
    event.preventDefault();
    next?.click();
    next?.focus();
  }

  private show(name: string): void {
    if (!this.tabTargets.some((tab) => tab.dataset["name"] === name)) return;
    for (const tab of this.tabTargets) {
      const chosen = tab.dataset["name"] === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const page of this.pageTargets) page.hidden = page.dataset["name"] !== name;
    const page = this.element.closest<HTMLElement>(".ws");
    if (page) page.dataset["part"] = name;
    this.dispatch("shown", { target: window });
  }

  /** Somebody wants to see a tab: the panel unfolds for it. */
  private readonly asked = (event: Event): void => {
    this.show((event as CustomEvent<string>).detail);
    const page = this.element.closest<HTMLElement>(".ws");
    if (page) page.dataset["panel"] = "open";
    if (page && window.matchMedia("(max-width: 767px)").matches) page.dataset["view"] = "panel";
  };
}

/** The number beside a tab's name; nothing where there is none. */
export function countOnTab(name: string, count: number): void {
  const pill = document.querySelector<HTMLElement>(`#tab-${name} .pill`);
  if (pill) {
    pill.textContent = String(count);
    pill.hidden = count === 0;
  }
  // On a phone the same tab is at the foot.
  const foot = document.querySelector<HTMLElement>(`[data-count="${name}"]`);
  if (foot) foot.textContent = count ? String(count) : "";
}
