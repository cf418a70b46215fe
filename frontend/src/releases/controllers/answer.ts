import { Controller } from "@hotwired/stimulus";
import { succeeded } from "../../responses";

/** The form of an answer, which stays as it is when the page around it is fetched again: it is emptied once it is sent. */
export class AnswerController extends Controller<HTMLDetailsElement> {
  sent(event: CustomEvent<{ requestConfig: { parameters: Record<string, string> } }>): void {
    const form = event.target as HTMLFormElement;
    const text = form.elements.namedItem("text") as HTMLTextAreaElement;
    // What was written meanwhile stays, and is sent if that was asked for.
    if (!succeeded(event) || event.detail.requestConfig.parameters["text"] !== text.value) return;
    form.reset();
    this.element.open = false;
  }
}
