import { toast } from "../../base/controllers/toasts";
import { LiveController } from "../../controllers/live";
import { project } from "../instance";
import { whyReadOnly } from "../refusals";

/** Somebody who goes on typing sees the reason once. */
const AGAIN = 8_000;

/** A key in a text that is read-only says why nothing happens. */
export class RefusingController extends LiveController {
  private said = { text: "", at: 0 };

  typing(event: KeyboardEvent | ClipboardEvent): void {
    const field = [...project.fields.values()].find((one) => one.view);
    if (!field || project.isWritable(field) || !(event.target as Element).closest(".cm-content")) return;
    const writes = event.type === "paste" || ("key" in event && isTyping(event));
    const text = writes ? whyReadOnly(field) : "";
    if (!text || (text === this.said.text && Date.now() - this.said.at < AGAIN)) return;
    this.said = { text, at: Date.now() };
    toast({ text, kind: "failed" });
  }
}

/** Whether the key would change a text. */
function isTyping({ key, ctrlKey, metaKey, altKey, isComposing }: KeyboardEvent): boolean {
  return !ctrlKey && !metaKey && !altKey && !isComposing && (key.length === 1 || ["Backspace", "Delete", "Enter"].includes(key));
}
