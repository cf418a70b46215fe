import type { Wanted } from "./patching";
import type { Typed } from "./typed";

export type Child = Wanted | string;

/** What elements are made with: what somebody does in one goes to the view, and what they type is kept. */
export interface Making {
  act: (name: string, value: string | boolean) => void;
  typed: Typed;
}

export function element(tag: string, name: string, className: string, children: Child[] = [], attributes: Record<string, string> = {}): Wanted {
  return { tag, name, attributes: { ...attributes, ...(className && { class: className }) }, children };
}
