/** An element as a view asks for it: a tag, attributes, then texts and elements within. */
export type Tree = string | [string, Record<string, unknown>, ...unknown[]];

// No links, no pictures, no styles, nothing that loads anything.
const TAGS: ReadonlySet<string> = new Set([
  ...["div", "p", "span", "strong", "em", "small", "code", "pre", "hr", "br", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd"],
  ...["table", "caption", "thead", "tbody", "tr", "th", "td"],
  ...["button", "input", "select", "option", "label", "progress"],
]);
const INPUTS: ReadonlySet<string> = new Set(["text", "search", "number", "date", "checkbox"]);
const KINDS: ReadonlySet<string> = new Set(["muted", "good", "warning", "bad", "primary", "row", "column", "card", "number"]);
const TEXTS: ReadonlySet<string> = new Set(["title", "placeholder"]);
const NUMBERS: ReadonlySet<string> = new Set(["colspan", "rowspan", "max"]);

export const MOST_ELEMENTS = 5_000;
export const MOST_DEPTH = 40;
const MOST_TEXT = 20_000;

/** A tree that cannot be drawn; the message says why. */
export class NotDrawn extends Error {}

type Act = (name: string, value: string | boolean) => void;

/** Draw a tree into a place, in place of what is there; elements that stay keep the focus and what is typed in them. */
export function draw(place: HTMLElement, tree: unknown, act: Act): void {
  new Drawing(act).children(place, [tree], 0);
}

class Drawing {
  private count = 0;

  constructor(private readonly act: Act) {}

  children(place: Element, trees: unknown[], depth: number): void {
    if (depth > MOST_DEPTH) throw new NotDrawn("depth");
    trees.forEach((tree, at) => {
      this.count += 1;
      if (this.count > MOST_ELEMENTS) throw new NotDrawn("elements");
      this.one(place, place.childNodes[at], tree, depth);
    });
    while (place.childNodes.length > trees.length) place.lastChild!.remove();
  }

  private one(place: Element, there: ChildNode | undefined, tree: unknown, depth: number): void {
    if (typeof tree === "string" || typeof tree === "number") return this.text(place, there, String(tree));
    if (!Array.isArray(tree)) throw new NotDrawn("form");
    const [tag, attributes, ...within] = tree as [unknown, unknown, ...unknown[]];
    if (typeof tag !== "string" || !TAGS.has(tag)) throw new NotDrawn(`<${String(tag).slice(0, 20)}>`);
    const found = there instanceof HTMLElement && there.localName === tag ? there : document.createElement(tag);
    if (found !== there) this.put(place, there, found);
    this.attributes(found, typeof attributes === "object" && attributes ? (attributes as Record<string, unknown>) : {});
    this.children(found, within, depth + 1);
  }

  private text(place: Element, there: ChildNode | undefined, words: string): void {
    const text = words.slice(0, MOST_TEXT);
    if (there instanceof Text) {
      if (there.data !== text) there.data = text;
    } else this.put(place, there, document.createTextNode(text));
  }

  private put(place: Element, there: ChildNode | undefined, made: ChildNode): void {
    if (there) there.replaceWith(made);
    else place.append(made);
  }

  private attributes(element: HTMLElement, wanted: Record<string, unknown>): void {
    const { on, kind, label } = wanted;
    element.className = typeof kind === "string" && KINDS.has(kind) ? `view-${kind}` : "";
    this.set(element, "aria-label", typeof label === "string" ? label : null);
    for (const name of TEXTS) this.set(element, name, typeof wanted[name] === "string" ? wanted[name] : null);
    for (const name of NUMBERS) this.set(element, name, Number.isInteger(wanted[name]) ? String(wanted[name]) : null);
    if (element instanceof HTMLButtonElement) element.type = "button";
    if (element instanceof HTMLButtonElement || element instanceof HTMLSelectElement) element.disabled = wanted["disabled"] === true;
    if (element instanceof HTMLInputElement) this.input(element, wanted);
    if (element instanceof HTMLOptionElement || element instanceof HTMLSelectElement || element instanceof HTMLProgressElement) this.value(element, wanted["value"]);
    this.listen(element, typeof on === "string" ? on : "");
  }

  private input(element: HTMLInputElement, wanted: Record<string, unknown>): void {
    const type = typeof wanted["type"] === "string" && INPUTS.has(wanted["type"]) ? wanted["type"] : "text";
    if (element.type !== type) element.type = type;
    element.disabled = wanted["disabled"] === true;
    element.autocomplete = "off";
    if (type === "checkbox") element.checked = wanted["checked"] === true;
    // What somebody types stays until they leave the field.
    else if (document.activeElement !== element) this.value(element, wanted["value"]);
  }

  private value(element: HTMLInputElement | HTMLSelectElement | HTMLOptionElement | HTMLProgressElement, value: unknown): void {
    if (element instanceof HTMLProgressElement) {
      if (typeof value === "number" && Number.isFinite(value)) element.value = Math.max(0, value);
    } else if (typeof value === "string" || typeof value === "number") element.value = String(value).slice(0, MOST_TEXT);
  }

  private set(element: HTMLElement, name: string, value: string | null): void {
    if (value === null) element.removeAttribute(name);
    else element.setAttribute(name, value.slice(0, MOST_TEXT));
  }

  private listen(element: HTMLElement, name: string): void {
    element.onclick = element.onchange = null;
    if (!name) return;
    if (element instanceof HTMLInputElement && element.type === "checkbox") element.onchange = () => this.act(name, element.checked);
    else if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement) element.onchange = () => this.act(name, element.value);
    else if (element instanceof HTMLButtonElement) element.onclick = () => this.act(name, "");
  }
}
