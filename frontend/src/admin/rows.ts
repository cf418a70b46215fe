/**
 * Opens or closes the event of a table row when it is clicked anywhere, as its link does.
 *
 * Links in the row keep their own way, and text that was just selected stays selected.
 */
export function openClickedRows(): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || !(event.target instanceof Element)) return;
    const row = event.target.closest<HTMLElement>("tr.audit-row");
    if (!row || event.target.closest("a, button, input, label, summary")) return;
    if (!document.getSelection()?.isCollapsed) return;
    row.querySelector<HTMLAnchorElement>("a[aria-expanded]")?.click();
  });
}
