import type { Person, Present } from "../../protocol";
import type { Field } from "../field";
import { project } from "../instance";
import { Places } from "../places";
import type { Place } from "../server";
import { instantiate, LiveController, part, parts, tintOf } from "../../controllers/live";
import { spellOut } from "../../invisible";
import { firstNameOf, initialsOf } from "../../names";

/** As many as Django writes into the page (`presence.html`). */
const MAX_SHOWN = 4;
const ORDER = ["writes", "reads", "in", "here"] as const;

/** Somebody, and the field that they write or read, or another place that they are in. */
interface Shown {
  user: Person;
  at: (typeof ORDER)[number];
  field: Field | undefined;
  place: Place | undefined;
}

/** Who is here, and what each person writes or reads: writers first, beyond a few of them in a list. */
export class PresenceController extends LiveController {
  static override targets = ["people", "person", "more", "count", "everyone", "template"];
  static override values = { narrow: Boolean };
  declare readonly narrowValue: boolean;
  declare readonly peopleTarget: HTMLElement;
  declare readonly moreTarget: HTMLElement;
  declare readonly countTarget: HTMLElement;
  declare readonly everyoneTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  private readonly places = new Places(project.urls.places, () => this.paint());

  override connect(): void {
    this.learnPlaces();
    this.follow(
      project.on("people", () => this.paint()),
      project.on("field", () => this.paint()),
    );
  }

  private learnPlaces(): void {
    for (const element of this.element.querySelectorAll<HTMLElement>("[data-place]")) {
      const { place: name } = element.dataset;
      const link = part(element, "link") as HTMLAnchorElement | null;
      const called = part(element, "whole-place")?.textContent?.trim();
      if (name && link?.href && called) this.places.learn(name, { name: called, address: link.href });
    }
  }

  private paint(): void {
    if (!project.begun) return;
    const present = project.people.present.filter(({ user }) => user.id !== project.me.id);
    void this.places.ask(present, (name) => project.fields.has(name) || !name.includes("/") || name.startsWith("files/"));
    const others = present.map((one) => shownOf(one, this.places));
    others.sort((a, b) => ORDER.indexOf(a.at) - ORDER.indexOf(b.at));
    // On a phone several people are a number, so that the name of the project beside them has room.
    const most = this.narrowValue ? Number(others.length === 1) : MAX_SHOWN;
    const more = Math.max(others.length - most, 0);
    this.fill(this.peopleTarget, others.slice(0, most));
    this.fill(this.everyoneTarget, more > 0 ? others : []);
    this.moreTarget.hidden = more === 0;
    this.countTarget.textContent = String(more);
  }

  private fill(list: HTMLElement, people: Shown[]): void {
    const elements = people.map((one) => this.person(list, one));
    // Put in again, whoever has the focus would lose it.
    if (elements.length === list.children.length && elements.every((one, index) => one === list.children[index])) return;
    list.replaceChildren(...elements);
  }

  private person(list: HTMLElement, { user, at, field, place }: Shown): HTMLElement {
    const known = list.querySelector<HTMLElement>(`[data-user="${user.id}"]`);
    const element = known ?? instantiate(this.templateTarget);
    element.dataset["user"] = user.id;
    element.dataset["at"] = at;
    const name = spellOut(user.display_name);
    const firstName = spellOut(firstNameOf(user.display_name));
    const isWhole = list === this.everyoneTarget;
    set(element, "short-name", isWhole ? name : firstName);
    set(element, "name", name);
    set(element, "place", spellOut(field?.title ?? place?.name ?? ""));
    set(element, "folder", spellOut(folderOf(field, isWhole)));
    set(element, "whole-place", spellOut(field?.label ?? place?.name ?? ""));
    const link = part(element, "link");
    if (place && link?.getAttribute("href") !== place.address) link?.setAttribute("href", place.address);
    else if (!place) link?.removeAttribute("href");
    const avatar = part(element, "avatar");
    if (avatar) {
      avatar.dataset["tint"] = tintOf(user.id);
      avatar.textContent = initialsOf(user.display_name);
    }
    return element;
  }
}

function shownOf({ user, fields }: Present, places: Places): Shown {
  const written = [...project.fields.values()].find((field) => field.lock?.holder.id === user.id);
  const read = fields.map((name) => project.fields.get(name)).find((field) => field !== undefined);
  const field = written ?? read;
  const place = field ? undefined : places.find(fields);
  return { user, at: written ? "writes" : read ? "reads" : place ? "in" : "here", field, place };
}

/** The folders that a file lies in, or the innermost one, with a slash at the end. */
function folderOf(field: Field | undefined, isWhole: boolean): string {
  if (!field) return "";
  const folders = field.label.slice(0, field.label.length - field.title.length);
  return isWhole ? folders : folders.slice(folders.slice(0, -1).lastIndexOf("/") + 1);
}

function set(root: HTMLElement, name: string, text: string): void {
  for (const element of parts(root, name)) if (element.textContent !== text) element.textContent = text;
}
