import type { Gateway } from "../gateway";
import { gateway } from "../live";
import { AuthorsLens } from "./authors/lens";
import { Following } from "./following";
import { People } from "./people";
import type { PadData } from "./pad_state";
import { PadSession } from "./session";
import { ShownText } from "./shown";
import { hold, leaveCopiedSession, nameOfSession } from "../tabs";

/** The pad of this page. */
export const session = new PadSession(gateway, JSON.parse(document.getElementById("pad-data")?.textContent ?? "{}") as PadData);
export const people = new People(session);
export const shown = new ShownText();
export const lens = new AuthorsLens(session);
export const following = new Following(people, shown);

/** Connect, as a tab of its own. */
export async function connect(line: Gateway): Promise<void> {
  line.on("snapshot", ({ session_id: id }) => hold(nameOfSession(id)));
  await leaveCopiedSession(line.memory);
  line.connect();
}
