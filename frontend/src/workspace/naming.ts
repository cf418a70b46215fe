import type { Gateway } from "../gateway";

/** Write the project's new name over the page and into the window's title as soon as somebody gives it one. */
export function nameBy(gateway: Gateway): void {
  gateway.on("event", ({ name, data }) => {
    const place = document.getElementById("project-name");
    const given = data["name"];
    if (name !== "project.updated" || typeof given !== "string" || !place) return;
    const before = place.textContent ?? "";
    place.textContent = given;
    document.title = document.title.split(" · ").map((part) => (part === before ? given : part)).join(" · ");
  });
}
