/** Where the focus is after a dialog with an address of its own was closed, which leads to another page. */

const KEY = "foundry.page-dialog";

/** The dialog of this page, and the page under it. */
export function rememberDialog(back: string): void {
  sessionStorage.setItem(KEY, JSON.stringify({ dialog: location.href, back: new URL(back, location.href).href }));
}

/** On the page under a dialog that was closed, the focus goes to the link that had led to the dialog. */
export function focusOpener(): void {
  const kept = sessionStorage.getItem(KEY);
  if (!kept || document.querySelector("[data-controller~='page-dialog']")) return;
  sessionStorage.removeItem(KEY);
  const { dialog, back } = JSON.parse(kept) as { dialog: string; back: string };
  if (location.href !== back || document.activeElement !== document.body) return;
  // Links of pictures, too, whose `href` is no text.
  const links = document.querySelectorAll<HTMLAnchorElement | SVGAElement>("main a[href]");
  [...links].find((link) => leadsTo(link, new URL(dialog)))?.focus();
}

/** Whether a link is to this dialog; what is chosen in it may be another. */
function leadsTo(link: Element, dialog: URL): boolean {
  const target = new URL(link.getAttribute("href") ?? "", location.href);
  const [name] = dialog.searchParams.keys();
  return target.pathname === dialog.pathname && (name === undefined ? !target.search : target.searchParams.has(name));
}
