import { Controller } from "@hotwired/stimulus";

/** Hands the page to the browser's printing; the print style sheet makes it a document. */
export class PrintController extends Controller {
  print(): void {
    window.print();
  }
}
