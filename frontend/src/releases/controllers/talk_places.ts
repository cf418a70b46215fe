import { Controller } from "@hotwired/stimulus";
import type { ChangedTalk } from "../../base/controllers/line_comments";

/** By field, what was said where: `old:12` or `new:12` and a digest of its threads. */
type Places = Record<string, Record<string, string>>;

let known: Places | null = null;

/** Comes with each answer of the server about the page: it names to the comparison which lines have other threads than before. */
export class TalkPlacesController extends Controller<HTMLElement> {
  static override values = { of: Object };
  declare readonly ofValue: Places;

  override connect(): void {
    const before = known;
    known = this.ofValue;
    if (before) window.dispatchEvent(new CustomEvent("talk-changed", { detail: changed(before, known) }));
  }
}

function changed(before: Places, now: Places): ChangedTalk[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((field) => {
    const [old, fresh] = [before[field] ?? {}, now[field] ?? {}];
    const places = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].filter((place) => old[place] !== fresh[place]);
    return places.map((place) => ({ field, side: place.split(":")[0] ?? "", line: place.split(":")[1] ?? "" }));
  });
}
