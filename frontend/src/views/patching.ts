/** What is wanted of one element of the page; made by `elements.ts` alone, never by a view. */
export interface Wanted {
  tag: string;
  /** Elements of another name are never reused for it. */
  name: string;
  attributes: Record<string, string>;
  children: (Wanted | string)[];
  /** Called for each new element, and again at each drawing: what is no attribute. */
  set?: (element: HTMLElement) => void;
}

const names = new WeakMap<Element, string>();

/** Make a place hold what is wanted; elements that stay keep the focus, and where they are scrolled to. */
export function patch(place: Element, wanted: readonly (Wanted | string)[]): void {
  wanted.forEach((each, at) => {
    const there = place.childNodes[at];
    if (typeof each === "string") patchText(place, there, each);
    else patchElement(place, there, each);
  });
  while (place.childNodes.length > wanted.length) place.lastChild!.remove();
}

function patchText(place: Element, there: ChildNode | undefined, words: string): void {
  if (!(there instanceof Text)) put(place, there, document.createTextNode(words));
  else if (there.data !== words) there.data = words;
}

function patchElement(place: Element, there: ChildNode | undefined, wanted: Wanted): void {
  const isSame = there instanceof HTMLElement && names.get(there) === wanted.name && there.localName === wanted.tag;
  const element = isSame ? there : document.createElement(wanted.tag);
  names.set(element, wanted.name);
  for (const name of element.getAttributeNames()) if (!(name in wanted.attributes)) element.removeAttribute(name);
  for (const [name, value] of Object.entries(wanted.attributes)) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  patch(element, wanted.children);
  wanted.set?.(element);
  if (!isSame) put(place, there, element);
}

function put(place: Element, there: ChildNode | undefined, made: ChildNode): void {
  if (there) there.replaceWith(made);
  else place.append(made);
}
