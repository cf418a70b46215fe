import { instantiate, LiveController, part, tintOf } from "../../controllers/live";
import { spellOut } from "../../invisible";
import { initialsOf } from "../../names";
import { count, say } from "../../texts";
import { short } from "../../time";
import { fetchPart } from "../../page_parts";
import { NOBODY } from "../authors/lens";
import { lens, people, session, shown } from "../instance";
import type { PadPerson } from "../people";

const DELAY = 150;
/** Whoever stops writing reads after a while. */
const EVERY = 10_000;

/** Who is here and what they do, and who else wrote in the text; a click on a line follows somebody. */
export class PadPeopleController extends LiveController {
  static override targets = ["here", "size", "present", "heading", "earlier", "hint", "template", "all", "one", "words", "fading"];
  declare readonly hereTarget: HTMLElement;
  declare readonly sizeTarget: HTMLElement;
  declare readonly presentTarget: HTMLElement;
  declare readonly headingTarget: HTMLElement;
  declare readonly earlierTarget: HTMLElement;
  declare readonly hintTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  declare readonly allTarget: HTMLElement;
  declare readonly oneTarget: HTMLElement;
  declare readonly wordsTarget: HTMLElement;
  declare readonly fadingTarget: HTMLElement;
  private timer = 0;

  override connect(): void {
    const every = window.setInterval(() => this.soon(), EVERY);
    this.follow(
      people.on("changed", () => this.soon()),
      people.on("follows", () => this.paint()),
      lens.on("changed", () => this.paint()),
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

  /** Show whose words the person of this row wrote; once more, those of all. */
  choose(event: Event): void {
    lens.choose(rowOf(event).dataset["user"] ?? NOBODY);
  }

  showAll(): void {
    lens.choose(null);
  }

  followChosen(event: Event): void {
    const writer = Number(part(rowOf(event), "line")!.dataset["writer"] || Number.NaN);
    if (!Number.isNaN(writer)) people.follow(people.followed === writer ? null : writer);
  }

  takeBack(event: Event): void {
    const button = event.currentTarget as HTMLElement;
    const address = `${button.dataset["address"]}?user=${rowOf(event).dataset["user"]}`;
    void fetchPart(address, { source: button, target: "#page-dialogs", swap: "innerHTML" });
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
    this.paintLens(all);
    this.hintTarget.hidden = lens.chosen !== null || !here.some(({ isMe, line }) => !isMe && line !== null);
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
    write(part(row, "characters")!, sizeOf(one.characters));
    this.paintLine(part(row, "line")!, one);
    this.paintChosen(row, one.user.id, one.user.display_name);
    part(row, "follow")!.hidden = one.isMe || one.writer === null;
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
    write(part(row, "characters")!, sizeOf(characters));
    this.paintChosen(row, NOBODY, say("pads.nobody"));
    for (const name of ["follow", "take-back"]) part(row, name)?.remove();
    this.earlierTarget.append(row);
  }

  private paintChosen(row: HTMLElement, person: string, name: string): void {
    const isChosen = lens.chosen === person;
    row.toggleAttribute("data-chosen", isChosen);
    const choose = part(row, "name")!;
    choose.ariaPressed = String(isChosen);
    choose.title = say("pads.authors.choose", { name });
    part(row, "acts")!.hidden = !isChosen;
  }

  private paintLens(all: readonly PadPerson[]): void {
    const { chosen } = lens;
    this.allTarget.hidden = chosen !== null;
    this.oneTarget.hidden = this.fadingTarget.hidden = chosen === null;
    if (chosen === null) return;
    const name = all.find(({ user }) => user.id === chosen)?.user.display_name ?? say("pads.nobody");
    write(this.wordsTarget, chosen === NOBODY ? name : say("pads.authors.words", { name: name.split(" ")[0] ?? name }));
  }
}

/** How much of the text is somebody's; with its share while the page says who wrote what. */
function sizeOf(characters: number): string {
  const all = shown.view?.state.doc.length ?? 0;
  if (characters === 0) return "–";
  if (!lens.isOn || all === 0) return count("pads.characters", characters);
  const n = characters.toLocaleString(document.documentElement.lang);
  return say("pads.authors.share", { n, percent: Math.round((characters / all) * 100) });
}

function rowOf(event: Event): HTMLElement {
  return (event.currentTarget as HTMLElement).closest<HTMLElement>(".pad-person")!;
}

function wordsOf({ isHere, writes, heading, leftAt }: PadPerson): string {
  if (!isHere) return leftAt ? say("pads.until.read", { time: short(leftAt) }) : say("pads.wrote");
  if (!heading) return say(writes ? "pads.writes_here" : "pads.reads_here");
  return say(writes ? "pads.writes" : "pads.reads", { place: spellOut(heading) });
}

function write(element: HTMLElement, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}
