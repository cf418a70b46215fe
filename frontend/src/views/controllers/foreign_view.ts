import { LiveController } from "../../controllers/live";
import { Partial } from "../../controllers/partials";
import { gateway } from "../../live";
import { RECORDS_CHANGED } from "../../registers/protocol";
import { say } from "../../texts";
import { changedFields, changedNames } from "../events";
import { type Ended, ForeignView } from "../foreign_view";
import { refusalOf, ViewServer } from "../server";

/** Milliseconds in which many changes become one message to the view. */
const DELAY = 300;

/** The page of a view that is a module's own code: it runs, is drawn, is restarted, and what it proposes is shown. */
export class ForeignViewController extends LiveController {
  static override targets = ["place", "note", "words", "state", "staged", "changed"];
  static override values = { frame: String, api: String, sha256: String, view: String, module: String, staged: String, granted: Array };
  declare readonly placeTarget: HTMLElement;
  declare readonly noteTarget: HTMLElement;
  declare readonly wordsTarget: HTMLElement;
  declare readonly stateTarget: HTMLElement;
  declare readonly stagedTarget: HTMLElement;
  declare readonly changedTarget: HTMLElement;
  declare readonly frameValue: string;
  declare readonly apiValue: string;
  declare readonly sha256Value: string;
  declare readonly viewValue: string;
  declare readonly moduleValue: string;
  declare readonly stagedValue: string;
  declare readonly grantedValue: string[];
  private server!: ViewServer;
  private view!: ForeignView;
  private staged!: Partial;
  private source: string | null = null;
  private readonly names = new Set<string>();
  private timer = 0;

  override connect(): void {
    this.server = new ViewServer(this.apiValue, this.sha256Value);
    this.staged = new Partial(this.stagedTarget, () => this.stagedValue);
    this.view = new ForeignView(this.placeTarget, this.frameValue, {
      ended: (end) => this.ended(end),
      drawn: () => this.become("running", say("views.running")),
      answer: (what, body) => this.answer(what, body),
      refusal: refusalOf,
    });
    this.follow(
      gateway.events.onAny(RECORDS_CHANGED, ({ data }) => this.changed(changedNames(this.grantedValue, data.tables))),
      gateway.events.on("draft.saved", ({ data }) => this.changed(changedFields(this.grantedValue, data.changed_fields))),
      gateway.events.on("view.switched", ({ data }) => data.view_id === this.viewValue && this.outdated()),
      gateway.events.on("module.adopted", ({ data }) => data.name === this.moduleValue && this.outdated()),
    );
    void this.start();
  }

  override disconnect(): void {
    super.disconnect();
    window.clearTimeout(this.timer);
    this.view.stop();
  }

  restart(): void {
    this.become("starting", say("views.starting"));
    this.noteTarget.hidden = true;
    void this.start();
  }

  /** What it has proposed was committed or discarded. */
  settled({ detail: { how } }: CustomEvent<{ how: string }>): void {
    this.view.settled(how);
    void this.staged.refresh();
  }

  private async start(): Promise<void> {
    this.view.stop();
    try {
      this.source ??= await this.server.source();
    } catch (error) {
      this.ended({ why: "refused", words: refusalOf(error).message });
      return;
    }
    if (this.element.isConnected) this.view.start(this.source);
  }

  private async answer(what: string, body: Record<string, unknown>): Promise<unknown> {
    const answer = await this.server.ask(what, body);
    if (what === "propose") void this.staged.refresh();
    return answer;
  }

  private changed(names: string[]): void {
    if (names.length === 0) return;
    names.forEach((name) => this.names.add(name));
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.view.changed([...this.names]);
      this.names.clear();
    }, DELAY);
  }

  /** It was switched, or its module has another version: what runs is not what the project has. */
  private outdated(): void {
    this.changedTarget.hidden = false;
  }

  private ended({ why, words }: Ended): void {
    const known: Record<string, string> = {
      silent: say("views.silent"),
      flood: say("views.flood"),
      size: say("views.size"),
      drawing: say("views.drawing"),
      frame: say("views.frame"),
      refused: "",
    };
    this.wordsTarget.textContent = [known[why] ?? say("views.error"), words].filter(Boolean).join(" ");
    this.noteTarget.hidden = false;
    this.become("ended", say("views.ended"));
  }

  private become(state: string, words: string): void {
    this.element.dataset["state"] = state;
    this.stateTarget.textContent = words;
  }
}
