import { Refused } from "../../requests";
import type { Field } from "../field";
import { project } from "../instance";
import { Unreachable } from "../server";
import { ask } from "./server";

interface OpenedByOthers {
  number: number;
  url: string;
}

interface Listed {
  results: { number: number | null; targets: { target: string }[] }[];
}

/** The proposals of the project that were opened and change the field, the newest first. Nothing where nobody answers. */
export async function openProposalsOf(field: Field): Promise<OpenedByOthers[]> {
  const query = new URLSearchParams({ state: "open", field: field.name, limit: "50" });
  try {
    const { results } = await ask<Listed>("GET", `${project.urls.proposals}?${query}`);
    // An earlier round may have changed it.
    const found = results.filter(({ targets }) => targets.some(({ target }) => target === field.name));
    return found.map(({ number }) => ({ number: number ?? 0, url: `${location.pathname}proposals/${number}/` }));
  } catch (error) {
    if (error instanceof Refused || error instanceof Unreachable) return [];
    throw error;
  }
}

/** The page that lists them. */
export function openProposalsPage(field: Field): string {
  return `${location.pathname}proposals/?${new URLSearchParams({ state: "open", field: field.name })}`;
}
