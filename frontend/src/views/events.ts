// The events that views follow.
declare module "../events" {
  interface EventMap {
    "view.switched": { view_id: string; name: string; is_on: boolean };
    "module.adopted": { name: string; version: string; sha256: string };
  }
}

/** Which of the names that a view may read have changed: tables, and links where records did. */
export function changedNames(granted: readonly string[], tables: readonly string[]): string[] {
  return granted.filter((name) => (name.startsWith("relation:") ? tables.length > 0 : tables.includes(name)));
}

/** Of its fields, those with these names; a name that ends with * stands for all that begin so. */
export function changedFields(granted: readonly string[], fields: readonly string[]): string[] {
  const mine = granted.filter((name) => name.startsWith("field:")).map((name) => name.slice("field:".length));
  return fields.filter((field) => mine.some((each) => each === field || (each.endsWith("*") && field.startsWith(each.slice(0, -1))))).map((field) => `field:${field}`);
}
