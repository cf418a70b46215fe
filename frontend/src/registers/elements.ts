import type { Question } from "./protocol";

/** The elements of the page, by what they are for. */
export interface Elements {
  scroller: HTMLElement;
  grid: HTMLElement;
  head: HTMLElement;
  body: HTMLElement;
  overlay: HTMLElement;
  bars: HTMLElement;
  templates: HTMLTemplateElement[];
  placeholder: () => HTMLElement;
  range: HTMLElement;
  more: HTMLElement;
  words: HTMLElement;
  cell: HTMLElement;
  handle: HTMLElement;
  drop: HTMLElement;
  ask: (question: Question) => Promise<boolean>;
}
