import { Controller } from "@hotwired/stimulus";

/** On a phone one part of the workspace is shown at a time. */
export class ViewsController extends Controller<HTMLElement> {
  override connect(): void {
    window.addEventListener("field:chosen", this.editor);
  }

  override disconnect(): void {
    window.removeEventListener("field:chosen", this.editor);
  }

  show(event: Event): void {
    this.become((event.currentTarget as HTMLElement).dataset["view"] ?? "editor");
  }

  private become(view: string): void {
    const page = document.querySelector<HTMLElement>(".ws");
    if (page) page.dataset["view"] = view;
  }

  private readonly editor = (): void => this.become("editor");
}
