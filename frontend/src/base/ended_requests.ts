import htmx from "htmx.org";

/** What htmx says of a request that a newer one replaced; of one that failed it says more. */
const ENDED = ["htmx:afterRequest", "htmx:sendAbort"];

/** Keep htmx from logging the end of a request as an error of its own: nobody waits for a replaced one any more. */
export function keepEndsOutOfTheLog(): void {
  htmx.logger = (_element: Element, name: string, detail: { error?: string }) => {
    if (ENDED.includes(name)) delete detail.error;
  };
}
