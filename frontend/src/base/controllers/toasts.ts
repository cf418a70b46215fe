import { Controller } from "@hotwired/stimulus";

const SHOWN_FOR = 8_000;
const MAX_SHOWN = 3;
const ICONS = { done: "circle-check", failed: "circle-alert", info: "info" };

export interface Toast {
  text: string;
  /** Something was done (where nothing else is said), was refused or failed, or is news. */
  kind?: keyof typeof ICONS;
  link?: { text: string; href: string };
}

/** Short notes at the lower right. They leave by themselves, but not while somebody points at them or reads in them. */
export class ToastsController extends Controller<HTMLElement> {
  static override targets = ["note"];
  declare readonly noteTargets: HTMLElement[];

  override connect(): void {
    window.addEventListener("toast", this.show);
  }

  override disconnect(): void {
    window.removeEventListener("toast", this.show);
  }

  noteTargetConnected(note: HTMLElement): void {
    while (this.noteTargets.length > MAX_SHOWN) this.noteTargets[0]?.remove();
    const leave = () => {
      if (note.matches(":hover, :focus-within")) window.setTimeout(leave, SHOWN_FOR);
      else note.remove();
    };
    window.setTimeout(leave, SHOWN_FOR);
  }

  close(event: Event): void {
    (event.target as HTMLElement).closest("[data-toasts-target]")?.remove();
  }

  private readonly show = (event: Event): void => {
    const { text, link, kind = "done" } = (event as CustomEvent<Toast>).detail;
    const template = document.getElementById("toast") as HTMLTemplateElement;
    const note = template.content.cloneNode(true) as DocumentFragment;
    if (kind === "failed") note.firstElementChild!.role = "alert";
    note.querySelector("use")!.setAttribute("href", `#icon-${ICONS[kind]}`);
    note.querySelector("p")!.textContent = text;
    const anchor = note.querySelector("a")!;
    if (link) {
      anchor.hidden = false;
      anchor.href = link.href;
      anchor.textContent = link.text;
    }
    this.element.append(note);
  };
}

export function toast(detail: Toast): void {
  window.dispatchEvent(new CustomEvent("toast", { detail }));
}
