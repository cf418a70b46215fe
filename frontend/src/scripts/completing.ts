import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";

/** `core.name(…)` as `docs/scripts.md` lists it. */
const FUNCTIONS: readonly [string, string][] = [
  ["get_field", "(record, \"table.column\")"],
  ["set_field", "(record, \"table.column\", value)"],
  ["create_entity", "(table, values)"],
  ["delete_entity", "(record)"],
  ["attach", "(record, table, values)"],
  ["detach", "(record, table)"],
  ["records", "(table, {where, after, limit})"],
  ["edges", "(relation, {from} or {to})"],
  ["create_edge", "(relation, from, to, {at, properties})"],
  ["move_edge", "(edge, {at})"],
  ["delete_edge", "(edge)"],
  ["fields", "()"],
  ["get_text", "(field)"],
  ["set_text", "(field, text)"],
  ["read_file", "(path)"],
  ["write_file", "(path, text)"],
  ["http", "(request)"],
  ["sleep", "(seconds)"],
  ["await", "(handle, …)"],
  ["progress", "(done, total, text)"],
];

const options: Completion[] = FUNCTIONS.map(([label, detail]) => ({ label, detail, type: "function" }));

function complete(context: CompletionContext): CompletionResult | null {
  const found = context.matchBefore(/\bcore\.\w*/);
  return found ? { from: found.from + "core.".length, options, validFor: /^\w*$/ } : null;
}

/** The functions of `core`, after its point. */
export const completing = autocompletion({ override: [complete], icons: false });
