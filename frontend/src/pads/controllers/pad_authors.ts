import { LiveController } from "../../controllers/live";
import { pressed } from "../../shortcuts";
import { count, say } from "../../texts";
import { AuthorCard } from "../authors/card";
import { fading, lensChanged } from "../authors/fading";
import { NOBODY } from "../authors/lens";
import { sumOf } from "../authors/runs";
import { extensions } from "../editor";
import { lens, session, shown } from "../instance";

/** Who wrote this: its button and key, the card, and how much of the text is the chosen person's. */
export class PadAuthorsController extends LiveController<HTMLButtonElement> {
  static override values = { address: String };
  declare readonly addressValue: string;
  private card!: AuthorCard;

  override connect(): void {
    this.card = new AuthorCard(session, lens, this.addressValue);
    extensions.push(() => [fading(lens), this.card.extension]);
    window.addEventListener("keydown", this.key, { capture: true });
    this.follow(
      lens.on("changed", () => this.changed()),
      shown.on("update", (update) => (!update || update.docChanged) && this.paintSum()),
      () => window.removeEventListener("keydown", this.key, { capture: true }),
    );
  }

  toggle(): void {
    lens.turn(!lens.isOn);
    if (!lens.isOn && shown.view) this.card.hide(shown.view);
  }

  /** By key, the card of the character at the caret comes too; once it is there, everything goes again. */
  private readonly key = (event: KeyboardEvent): void => {
    if (pressed(event) !== "pad-authors" || event.repeat || document.querySelector("dialog:modal")) return;
    event.preventDefault();
    event.stopPropagation();
    const { view } = shown;
    if (!view || (lens.isOn && this.card.shown(view.state))) {
      this.toggle();
      view?.focus();
      return;
    }
    const wasOn = lens.isOn;
    if (!wasOn) lens.turn(true);
    const { head } = view.state.selection.main;
    const line = view.state.doc.lineAt(head);
    const position = head === line.to && head > line.from ? head - 1 : head;
    if (!this.card.show(view, position, true) && wasOn) this.toggle();
  };

  private changed(): void {
    this.element.ariaPressed = String(lens.isOn);
    // The session may change while the editor updates.
    queueMicrotask(() => shown.view?.dispatch({ effects: lensChanged.of(null) }));
    this.paintSum();
  }

  private paintSum(): void {
    const place = document.getElementById("pad-authors-sum");
    const { view } = shown;
    if (!place || !view) return;
    place.hidden = lens.chosen === null;
    place.parentElement?.toggleAttribute("data-one-author", lens.chosen !== null);
    if (lens.chosen === null) return;
    const { characters, lines } = sumOf(view.state, (writer) => lens.personOf(writer) === lens.chosen);
    const language = document.documentElement.lang;
    const values = { name: nameOf(lens.chosen), characters: characters.toLocaleString(language), all: view.state.doc.length.toLocaleString(language) };
    const words = count("pads.authors.sum", lines, values);
    if (place.textContent !== words) place.textContent = words;
  }
}

function nameOf(person: string): string {
  if (person === NOBODY) return say("pads.nobody");
  return [...session.writers.values()].find((user) => user?.id === person)?.display_name ?? say("pads.somebody");
}
