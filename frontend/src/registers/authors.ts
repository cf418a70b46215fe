import { count, say } from "../texts";
import type { RecordsChanged } from "./protocol";

/** Of several people of a site, so many are named. */
const NAMED = 2;

/** Who changed records, with the site of who is at another one; empty for the reader (`me`). `named` shortens a name. */
export function authorOf({ data, actor }: RecordsChanged, me: string, named = (name: string): string => name): string {
  if (!("site" in data)) return actor.id === me ? "" : named(actor.display_name);
  const [first, second] = data.people.map(named);
  const site = data.site_name;
  if (first === undefined) return site;
  if (second === undefined) return `${first} · ${site}`;
  const others = data.people.length - NAMED;
  return others ? count("registers.from", others, { first, second, site }) : say("registers.from.two", { first, second, site });
}
