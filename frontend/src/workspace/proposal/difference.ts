import { unifiedMergeView } from "@codemirror/merge";
import { Compartment, type Extension, type StateEffect } from "@codemirror/state";

const place = new Compartment();
const MEMORY = "foundry.proposal-difference";
// A large rewrite is compared roughly rather than slowly.
const LIMITS = { scanLimit: 500, timeout: 50 };

/** Whether this person wants to see what is different in the text; remembered in this browser. */
export function isDifferenceWanted(): boolean {
  return localStorage.getItem(MEMORY) !== "off";
}

export function rememberDifference(isWanted: boolean): void {
  localStorage.setItem(MEMORY, isWanted ? "on" : "off");
}

/** The editor's part: what was removed from `original` is shown in red above what is there now. */
export function difference(original: string): Extension {
  return place.of(shown(original));
}

/** The text to compare with is `original` now, or the reader wants to see it or not. */
export function setDifference(original: string): StateEffect<unknown> {
  return place.reconfigure(shown(original));
}

function shown(original: string): Extension {
  if (!isDifferenceWanted()) return [];
  return unifiedMergeView({ original, gutter: false, mergeControls: false, diffConfig: LIMITS });
}
