import { Controller } from "@hotwired/stimulus";

/** The form of a filter: of the conditions those of the chosen column, and of the values what the condition takes. */
export class RegisterFilterController extends Controller<HTMLElement> {
  static override targets = ["field", "operator", "typed", "options"];
  declare readonly fieldTarget: HTMLSelectElement;
  declare readonly operatorTarget: HTMLSelectElement;
  declare readonly typedTarget: HTMLElement;
  declare readonly optionsTargets: HTMLElement[];

  override connect(): void {
    this.choose();
  }

  choose(): void {
    const field = this.fieldTarget.value;
    for (const option of this.operatorTarget.options) option.hidden = option.disabled = option.dataset["of"] !== field;
    if (this.operatorTarget.selectedOptions[0]?.disabled !== false) {
      const first = [...this.operatorTarget.options].find(({ disabled }) => !disabled);
      if (first) first.selected = true;
    }
    const takes = this.operatorTarget.selectedOptions[0]?.hasAttribute("data-takes") ?? false;
    const options = this.optionsTargets.find(({ dataset }) => dataset["of"] === field);
    for (const each of this.optionsTargets) show(each, takes && each === options);
    show(this.typedTarget, takes && !options);
  }
}

/** What is hidden is not sent. */
function show(part: HTMLElement, isShown: boolean): void {
  part.hidden = !isShown;
  for (const input of part.querySelectorAll("input")) input.disabled = !isShown;
}
