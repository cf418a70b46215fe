import { initialsOf, instantiate, LiveController, part, tintOf } from "../../controllers/live";
import { spellOut } from "../../invisible";
import { count, say } from "../../texts";
import { short } from "../../time";
import { people, session, shown } from "../instance";
import type { PadPerson } from "../people";

const DELAY = 150;
/** Whoever stops writing reads after a while. */
const EVERY = 10_000;

/** Who is here and what they do, and who else wrote in the text; a click on a line follows somebody. */
export class PadPeopleController extends LiveController {
  static override targets = ["here", "size", "present", "heading", "earlier", "hint", "template"];
  declare readonly hereTarget: HTMLElement;
  declare readonly sizeTarget: HTMLElement;
  declare readonly presentTarget: HTMLElement;
  declare readonly headingTarget: HTMLElement;
  declare readonly earlierTarget: HTMLElement;
  declare readonly hintTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  private timer = 0;

  override connect(): void {
    const every = window.setInterval(() => this.soon(), EVERY);
    this.follow(
      people.on("changed", () => this.soon()),
      people.on("follows", () => this.paint()),
      session.on("writers", () => this.soon()),
      session.on("status", () => this.soon()),
      shown.on("update", () => this.soon()),
      () => window.clearInterval(every),
      () => window.clearTimeout(this.timer),
    );
  }

  followPerson(event: Event): void {
    const writer = Number((event.currentTarget as HTMLElement).dataset["writer"]);
    people.follow(people.followed === writer ? null : writer);
  }

  private soon(): void {
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      this.paint();
    }, DELAY);
  }

  private paint(): void {
    const state = shown.view?.state ?? null;
    const all = people.all(state);
    const here = all.filter(({ isHere }) => isHere);
    const earlier = all.filter(({ isHere }) => !isHere);
    this.hereTarget.textContent = count("pads.here", here.length);
    this.sizeTarget.textContent = state ? count("pads.characters", state.doc.length) : "";
    const badge = document.getElementById("pad-people-count");
    if (badge) {
      badge.hidden = false;
      badge.textContent = String(here.length);
    }
    this.fill(this.presentTarget, here);
    this.fill(this.earlierTarget, earlier);
    this.paintNobody(people.nobodys(state));
    this.headingTarget.hidden = this.earlierTarget.children.length === 0;
    this.hintTarget.hidden = !here.some(({ isMe, line }) => !isMe && line !== null);
  }

  private fill(list: HTMLElement, shownPeople: PadPerson[]): void {
    const rows = shownPeople.map((one) => this.row(list, one));
    for (const row of [...list.children]) if (!rows.includes(row as HTMLElement)) row.remove();
    // Moved only where they have to: whoever has the focus keeps it.
    rows.forEach((row, index) => {
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    });
  }

  private row(list: HTMLElement, one: PadPerson): HTMLElement {
    const row = list.querySelector<HTMLElement>(`[data-user="${one.user.id}"]`) ?? instantiate(this.templateTarget);
    row.dataset["user"] = one.user.id;
    row.dataset["does"] = !one.isHere ? "gone" : one.writes ? "writes" : "reads";
    row.toggleAttribute("data-me", one.isMe);
    const avatar = part(row, "avatar")!;
    avatar.dataset["tint"] = tintOf(one.user.id);
    write(avatar, initialsOf(one.user.display_name));
    write(part(row, "name")!, spellOut(one.user.display_name));
    part(row, "you")!.hidden = !one.isMe;
    write(part(row, "words")!, wordsOf(one));
    write(part(row, "characters")!, one.characters > 0 ? count("pads.characters", one.characters) : "–");
    this.paintLine(part(row, "line")!, one);
    return row;
  }

  private paintLine(chip: HTMLElement, { user, isMe, line, writer }: PadPerson): void {
    chip.hidden = line === null;
    if (line === null) return;
    const isFollowed = writer !== null && people.followed === writer;
    write(chip, say("pads.line", { n: line }));
    chip.toggleAttribute("disabled", isMe || writer === null);
    chip.dataset["writer"] = String(writer ?? "");
    chip.setAttribute("aria-pressed", String(isFollowed));
    const words = isFollowed ? "pads.follow.stop" : "pads.follow";
    chip.title = isMe ? "" : say(words, { name: user.display_name, line });
    if (isMe) chip.removeAttribute("aria-label");
    else chip.setAttribute("aria-label", chip.title);
  }

  private paintNobody(characters: number): void {
    const known = this.earlierTarget.querySelector<HTMLElement>("[data-nobody]");
    if (characters === 0) {
      known?.remove();
      return;
    }
    const row = known ?? instantiate(this.templateTarget);
    row.toggleAttribute("data-nobody", true);
    row.dataset["does"] = "nobody";
    write(part(row, "name")!, say("pads.nobody"));
    write(part(row, "characters")!, count("pads.characters", characters));
    this.earlierTarget.append(row);
  }
}

function wordsOf({ isHere, writes, heading, leftAt }: PadPerson): string {
  if (!isHere) return leftAt ? say("pads.until.read", { time: short(leftAt) }) : say("pads.wrote");
  if (!heading) return say(writes ? "pads.writes_here" : "pads.reads_here");
  return say(writes ? "pads.writes" : "pads.reads", { place: spellOut(heading) });
}

function write(element: HTMLElement, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}
