import { Attributes, checkCount, MOST_TEXT, NotDrawn } from "./attributes";
import { ELEMENTS } from "./elements";
import type { Child, Making } from "./making";
import { patch } from "./patching";

const MOST_DEPTH = 40;

/**
 * Draw trees into a place, in place of what is there. A tree is a text, or a list of the name of an element, its
 * attributes, and trees within. Elements that stay keep the focus and what is typed in them. Raises `NotDrawn`.
 */
export function draw(place: HTMLElement, trees: unknown, making: Making): void {
  if (!Array.isArray(trees)) throw new NotDrawn("?");
  const wanted = new Reading(making).children(trees, 0);
  checkCount(countOf(wanted));
  patch(place, wanted);
}

function countOf(children: readonly Child[]): number {
  return children.reduce((count, each) => count + 1 + (typeof each === "string" ? 0 : countOf(each.children)), 0);
}

class Reading {
  private count = 0;

  constructor(private readonly making: Making) {}

  children(trees: unknown[], depth: number): Child[] {
    this.count += trees.length;
    checkCount(this.count);
    if (depth > MOST_DEPTH) throw new NotDrawn(`> ${MOST_DEPTH} deep`);
    // What is null or false is left out, so that parts can be drawn on a condition.
    return trees.filter((tree) => tree !== null && tree !== false).map((tree) => this.one(tree, depth));
  }

  private one(tree: unknown, depth: number): Child {
    if (typeof tree === "string") return tree.slice(0, MOST_TEXT);
    if (typeof tree === "number") return String(tree);
    if (!Array.isArray(tree)) throw new NotDrawn(typeof tree);
    const [name, given, ...within] = tree as unknown[];
    const make = typeof name === "string" ? ELEMENTS.get(name) : undefined;
    if (!make) throw new NotDrawn(typeof name === "string" ? `“${name.slice(0, 20)}”` : typeof name);
    return make(new Attributes(given), this.children(within, depth + 1), this.making);
  }
}
