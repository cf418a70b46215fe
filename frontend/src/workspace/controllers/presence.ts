import type { Present } from "../../protocol";
import { project } from "../instance";
import { initialsOf, instantiate, LiveController, part, parts, tintOf } from "../../controllers/live";
import { spellOut } from "../../invisible";

const MOST = 4;

/** Who is here, and what each person writes or reads. */
export class PresenceController extends LiveController {
  static override targets = ["people", "person", "more", "template"];
  declare readonly peopleTarget: HTMLElement;
  declare readonly moreTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;

  override connect(): void {
    this.follow(
      project.on("people", () => this.paint()),
      project.on("field", () => this.paint()),
    );
  }

  private paint(): void {
    if (!project.begun) return;
    const others = project.people.present.filter(({ user }) => user.id !== project.me.id);
    const shown = others.slice(0, MOST).map((present) => this.person(present));
    this.peopleTarget.replaceChildren(...shown);
    const more = others.length - shown.length;
    this.moreTarget.hidden = more === 0;
    this.moreTarget.textContent = `+${more}`;
    this.moreTarget.title = others.slice(MOST).map(({ user }) => user.display_name).join(", ");
  }

  private person({ user, fields }: Present): HTMLElement {
    const known = this.peopleTarget.querySelector<HTMLElement>(`[data-user="${user.id}"]`);
    const element = known ?? instantiate(this.templateTarget);
    const written = [...project.fields.values()].find((field) => field.lock?.holder.id === user.id);
    const read = fields.map((name) => project.fields.get(name)).find((field) => field !== undefined);
    const place = (written ?? read)?.title ?? "";
    element.dataset["user"] = user.id;
    element.dataset["at"] = written ? "writes" : read ? "reads" : "here";
    set(element, "first-name", spellOut(user.display_name.split(" ")[0] ?? ""));
    set(element, "name", spellOut(user.display_name));
    set(element, "place", place);
    const avatar = part(element, "avatar");
    if (avatar) {
      avatar.dataset["tint"] = tintOf(user.id);
      avatar.textContent = initialsOf(user.display_name);
    }
    return element;
  }
}

function set(root: HTMLElement, name: string, text: string): void {
  for (const element of parts(root, name)) if (element.textContent !== text) element.textContent = text;
}
