import { type PageData, Project } from "./project";

/** The project of this page. */
export const project = new Project(JSON.parse(document.getElementById("workspace-data")?.textContent ?? "{}") as PageData);
