/** Ask, in the dialog with this id, before text of this person's is thrown away; resolves to whether they want that. */
export function confirmDiscard(id = "discard-changes"): Promise<boolean> {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) return Promise.resolve(false);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "discard"), { once: true });
  });
}
