import { Controller } from "@hotwired/stimulus";

/** The form of an answer, which stays as it is when the page around it is fetched again: it is emptied once it is sent. */
export class AnswerController extends Controller<HTMLDetailsElement> {
  sent({ target, detail }: CustomEvent<{ successful: boolean }>): void {
    if (!detail.successful) return;
    (target as HTMLFormElement).reset();
    this.element.open = false;
  }
}
