import { pageHeaders } from "../account";
import { toast } from "../base/controllers/toasts";
import type { Problem } from "../protocol";
import { say } from "../texts";

interface Answer {
  message: string;
  /** The newest change is in other tables: nothing was taken back. */
  question: { text: string } | null;
}

/** Undo or redo what the reader did last with records of a table and their links; says what became of it. */
export async function takeBack(address: string, table: string): Promise<void> {
  let text = say("registers.refused");
  try {
    const headers = { ...pageHeaders(), "Content-Type": "application/json", Accept: "application/json" };
    const answer = await fetch(address, { method: "POST", headers, credentials: "same-origin", body: JSON.stringify({ table }) });
    if (answer.ok) {
      const { message, question } = (await answer.json()) as Answer;
      text = question?.text ?? message;
    } else text = ((await answer.json()) as Problem).detail;
  } catch {
    text = say("registers.offline.not_done");
  }
  toast({ text, kind: "info", about: "registers-undo" });
}
