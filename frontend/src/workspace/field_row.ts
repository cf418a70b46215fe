/** What a field's row in the list shows: its lines in a proposal, who writes it, who looks at it. */
import type { Person } from "../protocol";
import { timeElement } from "../time";
import { part, parts, tintOf } from "../controllers/live";
import { spellOut } from "../invisible";
import { briefNameOf, firstNameOf, initialsOf } from "../names";
import type { Field } from "./field";
import { project } from "./instance";
import { deltaOf } from "./proposal/overview";

/** Over a proposal: how many lines it adds to the field and takes away, once the field's text is here. */
export function paintDelta(row: HTMLElement, field: Field): void {
  const place = part(row, "delta");
  if (!place || project.proposal?.viewOf(field) !== "proposed") return void place?.setAttribute("hidden", "");
  const { plus, minus } = deltaOf(field);
  part(place, "plus")!.textContent = plus;
  part(place, "minus")!.textContent = minus;
  place.hidden = plus === "" && minus === "";
}

/** Somebody in a row of a list. */
export function smallAvatar({ id, display_name }: Person): HTMLElement {
  const avatar = document.createElement("span");
  avatar.className = "avatar avatar-18";
  avatar.dataset["tint"] = tintOf(id);
  avatar.title = display_name;
  avatar.textContent = initialsOf(display_name);
  return avatar;
}

/** How many more there are, by name under the pointer. */
export function theOthers(people: Person[]): HTMLElement {
  const avatar = document.createElement("span");
  avatar.className = "avatar avatar-18 avatar-more";
  avatar.title = people.map(({ display_name }) => spellOut(display_name)).join(", ");
  avatar.textContent = `+${people.length}`;
  return avatar;
}

/** Write who holds a field into an element that has a word for each state. */
export function paintLock(element: HTMLElement, field: Field): void {
  const view = project.viewOf(field);
  // Over a proposal a row says who writes the current text, where nothing is proposed for it.
  const isOthers = view === "same" && field.lock && element.matches(".stateline");
  element.dataset["state"] = isOthers ? "theirs" : view;
  if (!field.lock) return;
  const name = spellOut(field.lock.holder.display_name);
  for (const place of parts(element, "holder")) {
    place.title = name;
    // A row has room for a first name.
    place.textContent = element.matches(".stateline") ? firstNameOf(name) : briefNameOf(name);
  }
  for (const place of parts(element, "since")) {
    if (place.querySelector("time")?.dateTime !== field.lock.since) place.replaceChildren(timeElement(field.lock.since));
  }
}
