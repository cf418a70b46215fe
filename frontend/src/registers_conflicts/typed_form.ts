/** What is chosen and typed in the form of a conflict: it stays when the page is written again under it. */
export class TypedForm {
  private kept: { action: string; values: Map<string, string>; focused: string } | null = null;

  /** Note what is in the form, before it goes. */
  keep(form: HTMLFormElement): void {
    const values = new Map<string, string>();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") values.set(name, value);
    const focused = form.contains(document.activeElement) ? (document.activeElement?.id ?? "") : "";
    this.kept = { action: form.action, values, focused };
  }

  /** Put it into the form of the same conflict. Of other values than those that were chosen from, none is chosen. */
  restore(form: HTMLFormElement): void {
    const { kept } = this;
    this.kept = null;
    if (kept?.action !== form.action) return;
    for (const name of ["text", "reason"]) {
      const field = form.elements.namedItem(name);
      const value = kept.values.get(name);
      if (value && (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement)) field.value = value;
    }
    const pick = kept.values.get("pick");
    const tips = form.elements.namedItem("tips");
    const isSame = tips instanceof HTMLInputElement && tips.value === kept.values.get("tips");
    for (const each of form.querySelectorAll<HTMLInputElement>("input[name=pick]")) {
      if (each.value === pick && (isSame || pick === "other")) each.checked = true;
    }
    if (kept.focused) document.getElementById(kept.focused)?.focus({ preventScroll: true });
  }
}
