import { type Attributes, wordsOf } from "./attributes";
import { bars, table } from "./figures";
import { type Child, element, type Making } from "./making";
import type { Wanted } from "./patching";
import type { Typed } from "./typed";

type Make = (given: Attributes, children: Child[], making: Making) => Wanted;

const KINDS = ["", "muted", "strong", "good", "warning", "bad"] as const;

/** The elements that a view can draw: no links, no pictures, no styles, nothing that loads anything. */
export const ELEMENTS: ReadonlyMap<string, Make> = new Map<string, Make>([
  ["stack", (given, children) => box("stack", children, { "data-gap": given.one("gap", ["normal", "small", "large", "none"]) })],
  ["row", (given, children) => box("row", children, { "data-align": given.one("align", ["centre", "start", "end", "apart"]) })],
  ["columns", (given, children) => box("columns", children, { "data-of": String(Math.min(4, Math.max(2, Math.round(given.number("of", 2))))) })],
  ["box", (given, children) => box("box", children, { ...label(given), ...(given.has("label") && { role: "group" }) })],
  ["divider", () => element("hr", "divider", "drawn-divider")],
  ["heading", (given, children) => element(`h${Math.min(4, Math.max(2, Math.round(given.number("level", 2))))}`, "heading", "drawn-heading", children)],
  ["text", (given, children) => element("p", "text", "drawn-text", children, kind(given))],
  ["span", (given, children) => element("span", "span", "drawn-span", children, kind(given))],
  ["code", (_given, children) => element("code", "code", "drawn-code", children)],
  ["pre", (_given, children) => element("pre", "pre", "drawn-pre", children, { tabindex: "0" })],
  ["badge", (given, children) => element("span", "badge", "badge drawn-badge", [element("span", "words", "", children)], kind(given))],
  ["list", (given, children) => element(given.flag("ordered") ? "ol" : "ul", "list", "drawn-list", children.map((each) => element("li", "item", "", [each])))],
  ["facts", facts],
  ["figure", (given) => element("div", "figure", "drawn-figure", [element("b", "value", "", [given.text("value")]), element("span", "words", "", [given.text("label")])])],
  ["progress", progress],
  ["empty", (given, children) => element("div", "empty", "drawn-empty", [element("p", "title", "drawn-empty-title", [given.text("title")]), ...children])],
  ["table", table],
  ["bars", bars],
  ["button", button],
  ["input", input],
  ["textarea", (given, _children, { typed }) => field(given, { ...element("textarea", "textarea", "textarea"), ...limits(given) }, typed)],
  ["select", select],
  ["checkbox", checkbox],
]);

function box(name: string, children: Child[], attributes: Record<string, string>): Wanted {
  return element("div", name, `drawn-${name}`, children, attributes);
}

function label(given: Attributes): Record<string, string> {
  return given.has("label") ? { "aria-label": given.text("label") } : {};
}

function kind(given: Attributes): Record<string, string> {
  const found = given.one("kind", KINDS);
  return found ? { "data-kind": found } : {};
}

function facts(given: Attributes): Wanted {
  const rows = given.list("items").filter((each): each is unknown[] => Array.isArray(each));
  const parts = rows.flatMap(([name, value]) => [element("dt", "term", "", [wordsOf(name)]), element("dd", "value", "", [wordsOf(value)])]);
  return element("dl", "facts", "drawn-facts", parts);
}

function progress(given: Attributes): Wanted {
  const most = Math.max(1, given.number("of", 100));
  const value = Math.min(most, Math.max(0, given.number("value", 0)));
  return element("progress", "progress", "drawn-progress", [], { ...label(given), max: String(most), value: String(value) });
}

function button(given: Attributes, children: Child[], { act }: Making): Wanted {
  const look = given.one("kind", ["plain", "primary", "danger", "ghost"]);
  const classes = { plain: "btn", primary: "btn btn-primary", danger: "btn btn-danger", ghost: "btn btn-ghost" };
  const [name, value] = [given.text("on"), given.text("value")];
  return {
    ...element("button", "button", classes[look], children, { type: "button", ...label(given), ...(given.flag("disabled") && { disabled: "" }) }),
    set: (made) => (made.onclick = () => name && act(name, value)),
  };
}

function input(given: Attributes, _children: Child[], { typed }: Making): Wanted {
  const type = given.one("type", ["text", "search", "number", "date", "time"]);
  const made = element("input", `input-${type}`, "input", [], { type, autocomplete: "off" });
  return field(given, { ...made, ...limits(given, made) }, typed);
}

function limits(given: Attributes, made: Wanted = element("textarea", "textarea", "textarea")): Pick<Wanted, "attributes"> {
  const placeholder = given.has("placeholder") ? { placeholder: given.text("placeholder") } : {};
  return { attributes: { ...made.attributes, ...placeholder, maxlength: "20000", ...(given.flag("disabled") && { disabled: "" }) } };
}

function select(given: Attributes, _children: Child[], { typed }: Making): Wanted {
  const options = given.list("options").map((each) => {
    const [value, words] = Array.isArray(each) ? [wordsOf(each[0]), wordsOf(each[1] ?? each[0])] : [wordsOf(each), wordsOf(each)];
    return element("option", "option", "", [words], { value });
  });
  return field(given, element("select", "select", "select", options, given.flag("disabled") ? { disabled: "" } : {}), typed);
}

/** An input below its label. */
function field(given: Attributes, made: Wanted, typed: Typed): Wanted {
  const wanted = given.has("value") ? given.text("value") : null;
  const bound = bind(made, given, wanted, typed);
  return element("label", `field-${made.name}`, "drawn-field", [element("span", "label", "field-label", [given.text("label")]), bound]);
}

function checkbox(given: Attributes, _children: Child[], { typed }: Making): Wanted {
  const checked = given.get("checked");
  const made = element("input", "checkbox", "checkbox", [], { type: "checkbox", ...(given.flag("disabled") && { disabled: "" }) });
  const bound = bind(made, given, typeof checked === "boolean" ? checked : null, typed);
  return element("label", "check", "drawn-check", [bound, element("span", "words", "", [given.text("label")])]);
}

function bind(made: Wanted, given: Attributes, wanted: string | boolean | null, typed: Typed): Wanted {
  const [name, isLive] = [given.text("on"), given.flag("live")];
  return { ...made, set: (found) => typed.bind(found as HTMLInputElement, name, wanted, isLive) };
}
