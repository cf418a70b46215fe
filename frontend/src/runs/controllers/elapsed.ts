import { Controller } from "@hotwired/stimulus";
import { say } from "../../texts";

const EVERY = 1_000;

/** The seconds since a run began. */
export class ElapsedController extends Controller<HTMLElement> {
  static override values = { since: String };
  declare readonly sinceValue: string;
  private timer = 0;

  override connect(): void {
    this.paint();
    this.timer = window.setInterval(() => this.paint(), EVERY);
  }

  override disconnect(): void {
    window.clearInterval(this.timer);
  }

  private paint(): void {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(this.sinceValue)) / 1000));
    this.element.textContent = say("runs.seconds", { n: seconds });
  }
}
