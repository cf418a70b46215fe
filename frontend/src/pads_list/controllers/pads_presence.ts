import { PresenceChangesController } from "../../controllers/presence_changes";
import type { Present } from "../../protocol";

/** Milliseconds after which the list is no longer true of who writes: typing is no event. */
const TRUE_FOR = 20_000;

/** Asks for the list of pads again when somebody came to a pad, or went; with `writing`, also who writes there. */
export class PadsPresenceController extends PresenceChangesController {
  static override values = { writing: Boolean };
  declare readonly writingValue: boolean;
  private askedAt = Date.now();

  protected override compare(present: Present[]): void {
    super.compare(present);
    const isIn = present.some(({ fields }) => fields.some((name) => name.startsWith("pads/")));
    if (this.writingValue && isIn && Date.now() - this.askedAt > TRUE_FOR) this.soon();
  }

  protected override soon(): void {
    this.askedAt = Date.now();
    super.soon();
  }
}
