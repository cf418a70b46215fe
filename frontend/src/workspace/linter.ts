import { setDiagnostics } from "@codemirror/lint";
import { checkJson } from "../editor/json";
import { say } from "../texts";
import type { Field } from "./field";

const DELAY = 150;

/** Looks at JSON a moment after the typing pauses, before anything is sent. */
export class Linter {
  private readonly timers = new Map<Field, number>();

  constructor(private readonly changed: (field: Field) => void) {}

  soon(field: Field): void {
    if (field.language !== "json") return;
    window.clearTimeout(this.timers.get(field));
    this.timers.set(field, window.setTimeout(() => this.now(field), DELAY));
  }

  now(field: Field): void {
    // Half-typed JSON is its writer's business.
    if (!field.state || field.language !== "json" || field.isWatched) return;
    const text = field.text;
    const before = field.problem;
    field.problem = text.trim() === "" && !field.exists ? null : checkJson(text, { anyValue: !field.isConfiguration });
    if (!before && !field.problem) return;
    const found = field.problem;
    const shown = found ? [{ from: found.from, to: found.to, severity: "error" as const, message: say(found.key, found.values) }] : [];
    field.apply(setDiagnostics(field.state, shown));
    this.changed(field);
  }
}
