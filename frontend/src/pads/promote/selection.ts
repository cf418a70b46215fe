import type { EditorView } from "@codemirror/view";
import type { PadSession } from "../session";

/** What the dialog is asked about: the text that the server has, and what of it is selected here. */
export interface Asked {
  revision: number;
  /** `4-20`, in UTF-16 units of the text at that revision; empty where nothing is selected. */
  selection: string;
}

/** Milliseconds: what is on its way so long is not waited for. */
const PATIENCE = 2_000;

/** Wait until the server has what was typed here; not for long, and not without a line. */
export function untilSent(session: PadSession): Promise<void> {
  return new Promise((resolve) => {
    const isSent = () => session.phase !== "live" || session.unsent.empty;
    if (isSent()) return resolve();
    const end = () => {
      stop();
      window.clearTimeout(timer);
      resolve();
    };
    const stop = session.on("status", () => isSent() && end());
    const timer = window.setTimeout(end, PATIENCE);
  });
}

/** Positions of the editor are those of what is typed here; the server does not have all of it yet. */
export function askedOf(session: PadSession, view: EditorView | null): Asked {
  const { from, to } = view?.state.selection.main ?? { from: 0, to: 0 };
  const back = session.unsent.invertedDesc;
  const [start, end] = [back.mapPos(Math.min(from, back.length), 1), back.mapPos(Math.min(to, back.length), -1)];
  return { revision: session.revision, selection: start < end ? `${start}-${end}` : "" };
}
