import { Controller } from "@hotwired/stimulus";
import { setCookie } from "../../time";

/** Comfortable or compact rows; kept in a cookie so that the server writes it into the next page. */
export class DensityController extends Controller<HTMLElement> {
  override connect(): void {
    this.mark();
  }

  choose({ params }: { params: { name: string } }): void {
    if (params.name) document.documentElement.dataset["density"] = params.name;
    else delete document.documentElement.dataset["density"];
    setCookie("density", params.name);
    this.mark();
  }

  /** From the command palette. */
  asked(event: CustomEvent<string>): void {
    event.preventDefault();
    this.choose({ params: { name: event.detail } });
  }

  private mark(): void {
    const chosen = document.documentElement.dataset["density"] ?? "";
    for (const button of this.element.querySelectorAll<HTMLElement>("[data-density-name-param]")) {
      button.setAttribute("aria-pressed", String(button.dataset["densityNameParam"] === chosen));
    }
  }
}
