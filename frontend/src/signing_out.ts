import { pageAccount } from "./account";
import { forgetKeptHere } from "./kept_here";
import { forgetKeptWriting } from "./pads/kept";

/** Milliseconds that a browser has to forget. */
const PATIENCE = 1_000;

/** Whoever signs out leaves nothing in this browser that they wrote in shared texts and the server does not have. */
export function forgetOnSignOut(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || !pageAccount || !form.hasAttribute("data-signs-out")) return;
    event.preventDefault();
    forgetKeptHere(pageAccount);
    const late = new Promise((resolve) => window.setTimeout(resolve, PATIENCE));
    void Promise.race([forgetKeptWriting(pageAccount).catch(() => undefined), late]).then(() => form.submit());
  });
}
