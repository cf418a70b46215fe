import type { RecordsChanged } from "./protocol";

/** Who changed records, with the site of who is at another one; empty for the reader (`me`). `named` shortens a name. */
export function authorOf({ data, actor }: RecordsChanged, me: string, named = (name: string): string => name): string {
  if (!("site" in data)) return actor.id === me ? "" : named(actor.display_name);
  const [person, ...others] = data.people;
  return person && !others.length ? `${named(person)} · ${data.site_name}` : data.site_name;
}
