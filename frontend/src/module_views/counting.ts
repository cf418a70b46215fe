/** What Django wrote again: the count at the head of the page is taken out of it, and put in its place. */
export function takeCount(written: DocumentFragment): void {
  const count = written.querySelector("#reg-count");
  count?.remove();
  if (count) document.querySelector(".sheet-bar #reg-count")?.replaceWith(count);
}
