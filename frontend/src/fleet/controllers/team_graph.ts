import { Controller } from "@hotwired/stimulus";

const WAYS: Readonly<Record<string, string>> = {
  ArrowLeft: "parent",
  ArrowRight: "child",
  ArrowUp: "before",
  ArrowDown: "after",
};

/** The tree of teams by keyboard: arrows go to the team above, below, before and after; Enter opens its page. */
export class TeamGraphController extends Controller<SVGElement> {
  move(event: KeyboardEvent): void {
    const team = (event.target as Element).closest<SVGAElement>(".graph-team");
    if (!team || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      location.assign(team.dataset["open"] ?? team.href.baseVal);
      return;
    }
    const way = WAYS[event.key];
    const id = way && team.dataset[way];
    if (!way) return;
    event.preventDefault();
    const next = id ? document.getElementById(`team-${id}`) : null;
    next?.focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}
