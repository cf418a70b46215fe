import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { Controller } from "@hotwired/stimulus";
import { finding } from "../../editor/find";
import { plainEditor } from "../../editor/setup";
import { say } from "../../texts";
import { type Comparison, merged } from "../comparing";
import { lua } from "../lua";

/** A text of somebody else beside one's own, which takes over what one clicks. */
export class ScriptCompareController extends Controller<HTMLDialogElement> {
  static override targets = ["text", "left", "right", "body", "use"];
  declare readonly textTarget: HTMLElement;
  declare readonly leftTarget: HTMLElement;
  declare readonly rightTarget: HTMLElement;
  declare readonly bodyTarget: HTMLElement;
  declare readonly useTarget: HTMLButtonElement;
  private merge: MergeView | null = null;
  private comparison: Comparison | null = null;

  override connect(): void {
    window.addEventListener("script:compare", this.open);
    this.element.addEventListener("close", this.tidy);
  }

  override disconnect(): void {
    window.removeEventListener("script:compare", this.open);
    this.element.removeEventListener("close", this.tidy);
  }

  close(): void {
    this.element.close();
  }

  use(): void {
    const text = this.merge?.b.state.doc.toString();
    const { comparison } = this;
    this.element.close();
    if (text !== undefined) comparison?.use(text);
  }

  private readonly open = (event: Event): void => {
    const comparison = (event as CustomEvent<Comparison>).detail;
    this.comparison = comparison;
    const both = merged(comparison);
    this.textTarget.textContent = say(both === null ? "scripts.compare_by_hand" : "scripts.compare_merged");
    this.leftTarget.textContent = comparison.leftLabel;
    this.rightTarget.textContent = say(both === null ? "scripts.text_yours" : "scripts.text_both");
    this.element.showModal();
    const shared = [plainEditor("lua", false), lua, finding({ top: false })];
    this.merge = new MergeView({
      parent: this.bodyTarget,
      a: { doc: comparison.left, extensions: [shared, EditorState.readOnly.of(true), label(comparison.leftLabel)] },
      b: { doc: both ?? comparison.right, extensions: [shared, label(this.rightTarget.textContent)] },
      revertControls: "a-to-b",
      renderRevertControl: () => this.control(),
      collapseUnchanged: { margin: 3, minSize: 6 },
      gutter: true,
      diffConfig: { scanLimit: 1000, timeout: 200 },
    });
    this.useTarget.focus();
  };

  private control(): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "›";
    button.ariaLabel = button.title = say("merge.take_line");
    return button;
  }

  private readonly tidy = (): void => {
    this.merge?.destroy();
    this.merge = this.comparison = null;
  };
}

function label(words: string | null) {
  return EditorView.contentAttributes.of({ "aria-label": words ?? "" });
}
