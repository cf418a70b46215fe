import { Project } from "./project";
import type { PageData } from "./state";

/** The project of this page. */
export const project = new Project(JSON.parse(document.getElementById("workspace-data")?.textContent ?? "{}") as PageData);
