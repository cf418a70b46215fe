import { Controller } from "@hotwired/stimulus";

/** On a phone one part of the workspace is shown at a time; the tabs at the foot choose which. */
export class ViewsController extends Controller<HTMLElement> {
  override connect(): void {
    window.addEventListener("field:chosen", this.editor);
    window.addEventListener("panel:shown", this.paint);
    this.paint();
  }

  override disconnect(): void {
    window.removeEventListener("field:chosen", this.editor);
    window.removeEventListener("panel:shown", this.paint);
  }

  show(event: Event): void {
    const { view = "editor", part } = (event.currentTarget as HTMLElement).dataset;
    this.become(view);
    if (part) this.dispatch("show", { target: window, prefix: "panel", detail: part });
  }

  private become(view: string): void {
    const page = document.querySelector<HTMLElement>(".ws");
    if (page) page.dataset["view"] = view;
    this.paint();
  }

  private readonly paint = (): void => {
    const { view, part } = document.querySelector<HTMLElement>(".ws")?.dataset ?? {};
    for (const tab of document.querySelectorAll<HTMLElement>(".ws-foot-tabs > button")) {
      const isShown = tab.dataset["view"] === view && (!tab.dataset["part"] || tab.dataset["part"] === part);
      tab.setAttribute("aria-current", String(isShown));
    }
  };

  private readonly editor = (): void => this.become("editor");
}
