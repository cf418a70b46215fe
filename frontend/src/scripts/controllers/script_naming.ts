import { Controller } from "@hotwired/stimulus";

/** A new script: its name follows its title until somebody writes a name. */
export class ScriptNamingController extends Controller<HTMLElement> {
  static override targets = ["title", "name"];
  declare readonly titleTarget: HTMLInputElement;
  declare readonly nameTarget: HTMLInputElement;
  private follows = true;

  override connect(): void {
    this.follows = this.nameTarget.value === "" || this.nameTarget.value === nameOf(this.titleTarget.value);
    // Somebody was faster than this script.
    this.titled();
  }

  titled(): void {
    if (this.follows) this.nameTarget.value = nameOf(this.titleTarget.value);
  }

  named(): void {
    this.follows = this.nameTarget.value === "";
  }
}

/** As programs like names: "Retest after an amendment" is `retest_after_an_amendment`. */
function nameOf(title: string): string {
  return title
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 60);
}
