/** This page's address with other parts: `field`, `panel`. What led to one place only (a line, a thread) is left out. */
export function addressWith(parts: Record<string, string>): string {
  const query = new URLSearchParams(location.search);
  for (const name of ["line", "comment"]) query.delete(name);
  for (const [name, value] of Object.entries(parts)) query.set(name, value);
  return `${location.pathname}?${query}`;
}
