type Input = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Value = string | boolean;

/**
 * What a person has typed into inputs of a view, by the names of the inputs. It survives each drawing, and the next start
 * of a view that has ended. A value that the view draws takes its place once the view was told what was typed.
 */
export class Typed {
  private readonly values = new Map<string, Value>();
  /** How the view was told: while it was typed, or when it was complete. */
  private readonly told = new Map<string, "typing" | "complete">();
  private readonly drawn = new WeakMap<Input, Value>();

  constructor(private readonly act: (name: string, value: Value) => void) {}

  /** A view begins anew: it knows nothing of what was typed. */
  forget(): void {
    this.told.clear();
  }

  /** Give an input the value that the view draws (null: none), unless something is typed in it; and listen to it. */
  bind(input: Input, name: string, wanted: Value | null, isLive: boolean): void {
    const typed = this.values.get(name);
    if (typed !== undefined && !this.mayReplace(input, name, wanted)) put(input, typed);
    else if (wanted !== null && (name || this.drawn.get(input) !== wanted)) {
      this.values.delete(name);
      put(input, wanted);
    }
    if (wanted !== null) this.drawn.set(input, wanted);
    input.oninput = () => {
      if (!name) return;
      this.values.set(name, valueOf(input));
      this.told.delete(name);
      if (isLive) this.tell(name, input, "typing");
    };
    input.onchange = () => {
      if (name) this.tell(name, input, "complete");
    };
  }

  private mayReplace(input: Input, name: string, wanted: Value | null): boolean {
    const told = this.told.get(name);
    return wanted !== null && (told === "complete" || (told === "typing" && document.activeElement !== input));
  }

  private tell(name: string, input: Input, how: "typing" | "complete"): void {
    this.values.set(name, valueOf(input));
    this.told.set(name, how);
    this.act(name, valueOf(input));
  }
}

function valueOf(input: Input): Value {
  return input instanceof HTMLInputElement && input.type === "checkbox" ? input.checked : input.value;
}

function put(input: Input, value: Value): void {
  if (input instanceof HTMLInputElement && input.type === "checkbox") input.checked = value === true;
  else if (typeof value === "string" && input.value !== value) input.value = value;
}
