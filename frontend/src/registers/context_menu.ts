/** The menu at the pointer, or at the cell where a key asked for it: one of those that Django wrote. */
export class ContextMenu {
  private open: HTMLElement | null = null;

  constructor(
    private readonly menus: HTMLElement[],
    /** The menu is closed by a key: who was in the grid is there again. */
    private readonly left: () => void,
  ) {
    for (const menu of menus) {
      menu.addEventListener("keydown", (event) => this.key(event));
      menu.addEventListener("click", () => this.close());
    }
    document.addEventListener("pointerdown", this.outside);
  }

  stop(): void {
    document.removeEventListener("pointerdown", this.outside);
  }

  show(name: string, { x, y }: { x: number; y: number }): HTMLElement | null {
    this.close();
    const menu = this.menus.find(({ dataset }) => dataset["menu"] === name);
    if (!menu) return null;
    menu.hidden = false;
    this.open = menu;
    menu.style.left = `${Math.max(4, Math.min(x, innerWidth - menu.offsetWidth - 4))}px`;
    menu.style.top = `${Math.max(4, Math.min(y, innerHeight - menu.offsetHeight - 4))}px`;
    this.items[0]?.focus();
    return menu;
  }

  close(): void {
    if (this.open) this.open.hidden = true;
    this.open = null;
  }

  private get items(): HTMLElement[] {
    return [...(this.open?.querySelectorAll<HTMLElement>(".menu-item") ?? [])];
  }

  private key(event: KeyboardEvent): void {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 && event.key !== "Escape" && event.key !== "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const { items } = this;
    if (step !== 0) items[(items.indexOf(document.activeElement as HTMLElement) + step + items.length) % items.length]?.focus();
    else {
      this.close();
      this.left();
    }
  }

  private readonly outside = (event: Event): void => {
    if (this.open && !this.open.contains(event.target as Node)) this.close();
  };
}
