import { Controller } from "@hotwired/stimulus";

type Place = SVGAElement | HTMLAnchorElement | null;

/**
 * The tree of teams by keyboard: arrows go to the team above and below, to the teams before and after, and from a team
 * to its stations, which follow the teams below it; Enter opens the page.
 */
export class TeamGraphController extends Controller<SVGElement> {
  move(event: KeyboardEvent): void {
    const place = (event.target as Element).closest<SVGAElement | HTMLAnchorElement>(".graph-team, .graph-station");
    if (!place || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "Enter" && place instanceof SVGAElement) {
      event.preventDefault();
      location.assign(place.dataset["open"] ?? place.href.baseVal);
      return;
    }
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const next = place instanceof SVGAElement ? this.fromTeam(place, event.key) : this.fromStation(place, event.key);
    next?.focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  private fromTeam(team: SVGAElement, key: string): Place {
    const { parent, child, before, after } = team.dataset;
    if (key === "ArrowLeft") return this.team(parent);
    if (key === "ArrowRight") return this.team(child) ?? this.stations(idOf(team))[0] ?? null;
    if (key === "ArrowUp") return this.team(before);
    // The stations of a team come after the teams below it.
    return this.team(after) ?? this.stations(parent)[0] ?? null;
  }

  private fromStation(station: HTMLAnchorElement, key: string): Place {
    const teamId = station.dataset["team"];
    const stations = this.stations(teamId);
    const index = stations.indexOf(station);
    if (key === "ArrowLeft") return this.team(teamId);
    if (key === "ArrowDown") return stations[index + 1] ?? null;
    if (key === "ArrowUp") return stations[index - 1] ?? this.lastTeamBelow(teamId);
    return null;
  }

  private lastTeamBelow(teamId: string | undefined): Place {
    const below = this.element.querySelectorAll<SVGAElement>(`.graph-team[data-parent="${teamId ?? ""}"]`);
    return below[below.length - 1] ?? null;
  }

  private team(id: string | undefined): Place {
    return id ? this.element.querySelector<SVGAElement>(`#team-${CSS.escape(id)}`) : null;
  }

  private stations(teamId: string | undefined): HTMLAnchorElement[] {
    return [...this.element.querySelectorAll<HTMLAnchorElement>(`.graph-station[data-team="${teamId ?? ""}"]`)];
  }
}

function idOf(team: SVGAElement): string {
  return team.id.slice("team-".length);
}
