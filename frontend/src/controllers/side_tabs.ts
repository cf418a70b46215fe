import { Controller } from "@hotwired/stimulus";

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };

/** Tabs that show one of several parts: by click, or by arrow keys as the ARIA pattern has them. */
export class SideTabsController extends Controller<HTMLElement> {
  static override targets = ["tab", "part"];
  declare readonly tabTargets: HTMLElement[];
  declare readonly partTargets: HTMLElement[];

  choose(event: Event): void {
    this.show(event.currentTarget as HTMLElement);
  }

  key(event: KeyboardEvent): void {
    const at = this.tabTargets.indexOf(event.currentTarget as HTMLElement);
    const count = this.tabTargets.length;
    const to = event.key === "Home" ? 0 : event.key === "End" ? count - 1 : at + (STEPS[event.key] ?? Number.NaN);
    const tab = this.tabTargets[(to + count) % count];
    if (!tab) return;
    event.preventDefault();
    this.show(tab);
    tab.focus();
  }

  /** Show a part from elsewhere on the page, by the id of its tab. */
  open({ detail }: CustomEvent<{ tab: string }>): void {
    const tab = this.tabTargets.find(({ id }) => id === detail.tab);
    if (tab) this.show(tab);
  }

  private show(chosen: HTMLElement): void {
    for (const tab of this.tabTargets) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    for (const part of this.partTargets) part.hidden = part.id !== chosen.getAttribute("aria-controls");
  }
}
