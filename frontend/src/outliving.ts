/** What the requests that outlive their page may carry together, in bytes: browsers refuse more than 64 KiB. */
const LIMIT = 60_000;
let carried = 0;

/** As `fetch`; what is sent arrives even though the page goes away, as long as there is not too much of it on the way. */
export async function fetchOutliving(url: string, init: RequestInit & { body: string | null }): Promise<Response> {
  const size = new TextEncoder().encode(init.body ?? "").length;
  if (carried + size > LIMIT) return fetch(url, init);
  carried += size;
  try {
    return await fetch(url, { ...init, keepalive: true });
  } finally {
    carried -= size;
  }
}
