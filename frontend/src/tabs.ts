/** What a page holds as long as it lives; other tabs of the browser see whether it does. Browsers lend it to secure pages only. */

const kept = new Set<string>();

export function hold(name: string): void {
  if (kept.has(name) || !navigator.locks) return;
  kept.add(name);
  void navigator.locks.request(name, () => new Promise(() => undefined));
}

/** Whether some page holds it; as if one did, where that cannot be known. */
export async function isHeld(name: string): Promise<boolean> {
  if (!navigator.locks) return true;
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => lock === null);
}

/**
 * A duplicated tab begins with the session of the other one, and both would write under one number: it forgets that
 * session before it connects, and gets its own.
 */
export async function leaveCopiedSession(memory: string): Promise<void> {
  const { session_id: session } = JSON.parse(sessionStorage.getItem(memory) ?? "{}") as { session_id?: string };
  if (session && (await isHeld(nameOfSession(session)))) sessionStorage.removeItem(memory);
}

export function nameOfSession(session: string): string {
  return `foundry.session.${session}`;
}
