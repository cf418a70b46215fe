import { Attributes, checkCount, wordsOf } from "./attributes";
import { element, type Making } from "./making";
import type { Wanted } from "./patching";

interface ColumnOf {
  name: string;
  title: string;
  isNumber: boolean;
}

const ARROWS: Record<string, (at: number, last: number) => number> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_at, last) => last,
};

/** A table. With `on`, its rows are chosen by pointer, or by arrows and Enter. */
export function table(given: Attributes, _children: unknown, { act }: Making): Wanted {
  const columns = given.list("columns").map(columnOf);
  const [name, selected] = [given.text("on"), given.text("selected")];
  const rows = given.list("rows").map((each) => new Attributes(each));
  checkCount(rows.length * (columns.length + 1));
  const reached = Math.max(0, rows.findIndex((row) => row.text("id") === selected));
  const head = element("tr", "row", "", columns.map(headOf));
  const body = rows.map((row, at) => {
    const values = new Attributes(row.get("cells"));
    const cells = columns.map((column) => element("td", "cell", "", [values.text(column.name)], column.isNumber ? { "data-number": "" } : {}));
    return name ? chosen(cells, row.text("id"), row.text("id") === selected, at === reached, (id) => act(name, id)) : element("tr", "row", "", cells);
  });
  const role = name ? { role: "grid" } : {};
  const made = element("table", name ? "grid" : "table", "drawn-table", [element("thead", "head", "", [head]), element("tbody", "body", "", body)], {
    ...role,
    "aria-label": given.text("label"),
  });
  return element("div", "scroller", "drawn-scroll", [made], name ? {} : { tabindex: "0", role: "group", "aria-label": given.text("label") });
}

/** Bars of numbers, each with its words and its value. With `on`, each is a button. */
export function bars(given: Attributes, _children: unknown, { act }: Making): Wanted {
  const listed = given.list("bars").map((each) => new Attributes(each));
  const most = Math.max(given.number("of", 0), ...listed.map((each) => each.number("value", 0)), 1);
  const name = given.text("on");
  const items = listed.map((each) => {
    const value = Math.max(0, each.number("value", 0));
    const kind = each.one("kind", ["", "good", "warning", "bad", "muted"]);
    const words = [element("span", "words", "drawn-bar-words", [each.text("label")]), bar(value, most, each.text("label")), element("b", "number", "drawn-bar-number", [each.has("text") ? each.text("text") : String(value)])];
    const id = each.has("id") ? each.text("id") : each.text("label");
    const inner = name
      ? { ...element("button", "button", "drawn-bar", words, { type: "button" }), set: (made: HTMLElement) => (made.onclick = () => act(name, id)) }
      : element("div", "bar", "drawn-bar", words);
    return element("li", "item", "", [inner], kind ? { "data-kind": kind } : {});
  });
  return element("ul", "bars", "drawn-bars", items, { "aria-label": given.text("label") });
}

function bar(value: number, most: number, words: string): Wanted {
  return element("progress", "bar", "drawn-bar-fill", [], { max: String(most), value: String(value), "aria-label": words });
}

function columnOf(given: unknown): ColumnOf {
  if (typeof given === "string") return { name: given, title: given, isNumber: false };
  const column = new Attributes(given);
  return { name: column.text("name"), title: column.has("title") ? column.text("title") : column.text("name"), isNumber: column.text("kind") === "number" };
}

function headOf({ title, isNumber }: ColumnOf): Wanted {
  return element("th", "column", "", [wordsOf(title)], { scope: "col", ...(isNumber && { "data-number": "" }) });
}

function chosen(cells: Wanted[], id: string, isSelected: boolean, isReached: boolean, choose: (id: string) => void): Wanted {
  return {
    ...element("tr", "choice", "", cells, { "aria-selected": String(isSelected), tabindex: isReached ? "0" : "-1" }),
    set: (row) => {
      row.onclick = () => {
        row.focus();
        choose(id);
      };
      row.onkeydown = (event) => {
        if (event.target !== row) return;
        if (event.key === "Enter" || event.key === " ") choose(id);
        else if (!move(row, event.key)) return;
        event.preventDefault();
      };
    },
  };
}

function move(row: HTMLElement, key: string): boolean {
  const rows = [...(row.parentElement?.children ?? [])] as HTMLElement[];
  const at = Object.hasOwn(ARROWS, key) ? ARROWS[key]!(rows.indexOf(row), rows.length - 1) : -1;
  if (at < 0) return false;
  for (const each of rows) each.tabIndex = each === rows[at] ? 0 : -1;
  rows[at]!.focus();
  return true;
}
