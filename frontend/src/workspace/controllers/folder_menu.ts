import { Controller } from "@hotwired/stimulus";

/** What can be done with a folder: one menu, shown beside the row that it was asked for. */
export class FolderMenuController extends Controller<HTMLElement> {
  static override targets = ["menu"];
  declare readonly menuTarget: HTMLElement;
  declare readonly hasMenuTarget: boolean;
  private path = "";

  /** By the button of a row, by the menu key, or by the other mouse button. */
  open(event: Event): void {
    const row = (event.target as HTMLElement).closest<HTMLElement>(".field-folder");
    if (!row || !this.hasMenuTarget) return;
    event.preventDefault();
    this.path = row.dataset["path"] ?? "";
    row.focus();
    const { menuTarget: menu } = this;
    menu.showPopover();
    const place = row.getBoundingClientRect();
    const fits = place.bottom + menu.offsetHeight + 8 < window.innerHeight;
    menu.style.top = `${fits ? place.bottom + 2 : place.top - menu.offsetHeight - 2}px`;
    menu.style.left = `${Math.max(place.right - menu.offsetWidth, 8)}px`;
    this.items[0]?.focus();
  }

  key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const { items } = this;
    items.at((items.indexOf(document.activeElement as HTMLElement) + step) % items.length)?.focus();
    event.preventDefault();
  }

  newFile(): void {
    this.close();
    const dialog = document.getElementById("new-file");
    if (dialog) this.dispatch("ask", { target: dialog, prefix: "new-file", detail: `${this.path}/` });
  }

  upload(): void {
    this.close();
    this.dispatch("choose", { target: window, prefix: "upload", detail: this.path });
  }

  rename(): void {
    this.close();
    this.dispatch("rename", { target: window, prefix: "file", detail: `${this.path}/` });
  }

  remove(): void {
    this.close();
    this.dispatch("remove", { target: window, prefix: "file", detail: `${this.path}/` });
  }

  private close(): void {
    this.menuTarget.hidePopover();
  }

  private get items(): HTMLElement[] {
    return [...this.menuTarget.querySelectorAll<HTMLElement>("button")];
  }
}
