import { LiveController } from "../../controllers/live";
import { say } from "../../texts";
import { following, people, session } from "../instance";

const PANEL_MEMORY = "foundry.panel";

/** The page of a pad as a whole: its side panel, its keys, and what is announced. */
export class PadController extends LiveController {
  /** Where the panel would cover the text. */
  private readonly narrow = window.matchMedia("(max-width: 1199px)");
  private wasOffline = false;

  override connect(): void {
    this.fit();
    this.narrow.addEventListener("change", this.fit);
    this.follow(
      session.on("status", () => this.statusChanged()),
      session.on("joined", (user) => {
        if (user.id !== session.data.me.id) announce(say("pads.announce.joined", { name: user.display_name }));
      }),
      session.gateway.events.onAny(["pad.closed", "pad.reopened"], ({ name, data }) => {
        if (data.pad_id !== session.data.id) return;
        announce(say(name === "pad.closed" ? "pads.announce.closed" : "pads.announce.reopened"));
      }),
      people.on("follows", () => {
        const name = people.followed === null ? null : session.writers.get(people.followed)?.display_name;
        if (name) announce(say("pads.announce.following", { name }));
      }),
      () => this.narrow.removeEventListener("change", this.fit),
    );
  }

  fold(): void {
    const next = this.element.dataset["panel"] === "closed" ? "open" : "closed";
    this.element.dataset["panel"] = next;
    localStorage.setItem(PANEL_MEMORY, next);
  }

  stopFollowing(): void {
    following.stop();
  }

  private readonly fit = (): void => {
    this.element.dataset["panel"] = this.narrow.matches ? "closed" : (localStorage.getItem(PANEL_MEMORY) ?? "open");
  };

  private statusChanged(): void {
    this.element.dataset["line"] = session.phase;
    if (session.isOffline && !this.wasOffline && session.writer !== null) announce(say("pads.announce.offline"));
    if (session.phase === "live" && this.wasOffline && session.outbox.count === 0) announce(say("pads.announce.kept"));
    if (session.isOffline) this.wasOffline = true;
    else if (session.phase === "live" && session.outbox.count === 0) this.wasOffline = false;
  }
}

function announce(words: string): void {
  const place = document.getElementById("live-words");
  if (place) place.textContent = words;
}
