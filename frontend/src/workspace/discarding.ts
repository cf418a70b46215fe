/** Ask before text of this person's is thrown away that no version has; resolves to whether they want that. */
export function confirmDiscard(): Promise<boolean> {
  const dialog = document.getElementById("discard-changes");
  if (!(dialog instanceof HTMLDialogElement)) return Promise.resolve(false);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "discard"), { once: true });
  });
}
