import { Controller } from "@hotwired/stimulus";

const CARRIED = "foundry.carried-toasts";
const SHOWN_FOR = 8_000;
const MAX_SHOWN = 3;
const ICONS = { done: "circle-check", failed: "circle-alert", info: "info" };

export interface Toast {
  text: string;
  /** Something was done (where nothing else is said), was refused or failed, or is news. */
  kind?: keyof typeof ICONS;
  /** A path in the text, whose folder is shown muted. */
  path?: string;
  link?: { text: string; href: string };
  /** A newer note about the same replaces it, so that no failure stays beside its success. */
  about?: string;
}

/** What the page before this one carried over; read before anything of this page can carry more. */
const carried = JSON.parse(sessionStorage.getItem(CARRIED) ?? "[]") as Toast[];
sessionStorage.removeItem(CARRIED);

/** Short notes at the lower right. They leave by themselves, but not while somebody points at them or reads in them. */
export class ToastsController extends Controller<HTMLElement> {
  static override targets = ["note"];
  declare readonly noteTargets: HTMLElement[];

  override connect(): void {
    window.addEventListener("toast", this.show);
    for (const detail of carried.splice(0)) toast(detail);
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
    const { text, path, link, about, kind = "done" } = (event as CustomEvent<Toast>).detail;
    const template = document.getElementById("toast") as HTMLTemplateElement;
    const note = template.content.cloneNode(true) as DocumentFragment;
    if (kind === "failed") note.firstElementChild!.role = "alert";
    note.querySelector("use")!.setAttribute("href", `#icon-${ICONS[kind]}`);
    note.querySelector("p")!.replaceChildren(...(path ? withMutedFolder(text, path) : [text]));
    const anchor = note.querySelector("a")!;
    if (link) {
      anchor.hidden = false;
      anchor.href = link.href;
      anchor.textContent = link.text;
    }
    if (about) (note.firstElementChild as HTMLElement).dataset["about"] = about;
    // What is said again is announced again, and shown once.
    const said = note.querySelector("p")!.textContent;
    for (const earlier of this.noteTargets) {
      const isSame = earlier.querySelector("p")?.textContent === said;
      if (isSame || (about && earlier.dataset["about"] === about)) earlier.remove();
    }
    this.element.append(note);
  };
}

function withMutedFolder(text: string, path: string): (string | HTMLElement)[] {
  const from = text.indexOf(path);
  const length = path.lastIndexOf("/") + 1;
  if (from < 0 || length === 0) return [text];
  const folder = document.createElement("span");
  folder.className = "toast-folder";
  folder.textContent = path.slice(0, length);
  return [text.slice(0, from), folder, text.slice(from + length)];
}

/** Show on the next page what this one was given to show: the script leaves it at once. */
export function carryToasts(): void {
  const notes = [...document.querySelectorAll<HTMLElement>(".toast-note")];
  const facts = notes.map((note): Toast => ({ text: note.querySelector("p")?.textContent ?? "", kind: note.role === "alert" ? "failed" : "done" }));
  if (facts.length > 0) sessionStorage.setItem(CARRIED, JSON.stringify(facts));
}

export function toast(detail: Toast): void {
  window.dispatchEvent(new CustomEvent("toast", { detail }));
}
