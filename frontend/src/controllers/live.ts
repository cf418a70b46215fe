import { Controller } from "@hotwired/stimulus";

/** A controller that follows the project while its element is on the page. */
export abstract class LiveController<Root extends Element = HTMLElement> extends Controller<Root> {
  private undo: (() => void)[] = [];

  protected follow(...subscriptions: (() => void)[]): void {
    this.undo.push(...subscriptions);
  }

  override disconnect(): void {
    for (const stop of this.undo) stop();
    this.undo = [];
  }
}

/** The element that a template of Django's marks with `data-part`. */
export function part(root: ParentNode, name: string): HTMLElement | null {
  return root.querySelector<HTMLElement>(`[data-part="${name}"]`);
}

export function parts(root: ParentNode, name: string): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(`[data-part="${name}"]`)];
}

/** The one element of a `<template>` that Django wrote. */
export function instantiate(template: HTMLTemplateElement): HTMLElement {
  return (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
}

const TINTS = 6n;
const tints = JSON.parse(document.querySelector<HTMLMetaElement>("meta[name=project-tints]")?.content || "{}") as Record<string, number>;

/** The same tint for a person as the template tag `avatar` gives. */
export function tintOf(id: string): string {
  return String(tints[id] ?? BigInt(`0x${id.replaceAll("-", "")}`) % TINTS);
}
