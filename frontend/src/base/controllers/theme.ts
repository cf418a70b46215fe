import { Controller } from "@hotwired/stimulus";
import { setCookie } from "../../time";

/** System, light or dark; kept in a cookie so that the server writes it into the next page. */
export class ThemeController extends Controller<HTMLElement> {
  override connect(): void {
    this.mark();
  }

  choose({ params }: { params: { name: string } }): void {
    if (params.name) document.documentElement.dataset["theme"] = params.name;
    else delete document.documentElement.dataset["theme"];
    setCookie("theme", params.name);
    this.mark();
  }

  /** From the command palette. */
  asked(event: CustomEvent<string>): void {
    event.preventDefault();
    this.choose({ params: { name: event.detail } });
  }

  private mark(): void {
    const chosen = document.documentElement.dataset["theme"] ?? "";
    for (const button of this.element.querySelectorAll<HTMLElement>("[data-theme-name-param]")) {
      button.setAttribute("aria-pressed", String(button.dataset["themeNameParam"] === chosen));
    }
  }
}
