import type { Gateway } from "../gateway";

/** Write the project's new name over the page and into the window's title as soon as somebody gives it one. */
export function followProjectName(gateway: Gateway): void {
  gateway.events.on("project.updated", ({ data }) => {
    if (data.name !== undefined) showName(data.name);
  });
  // No event comes for a name that was given before there was a connection, or while there was none.
  gateway.on("snapshot", ({ project }) => showName(project.name));
}

function showName(given: string): void {
  const place = document.getElementById("project-name");
  const before = place?.textContent ?? "";
  if (!place || given === before) return;
  place.textContent = place.title = given;
  document.title = document.title.split(" · ").map((part) => (part === before ? given : part)).join(" · ");
}
