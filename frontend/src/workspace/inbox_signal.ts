import type { Gateway } from "../gateway";

/** What may put something into somebody's inbox, or take it out; the bell asks whether it did for this reader. */
const CONCERNS = /^(comment\.(created|answered)|task\.|release\.|member\.|lock\.(taken_over|handed_over|requested|kept))/;

export function signalInbox(gateway: Gateway): void {
  const heard = ({ name }: { name: string }): void => {
    if (CONCERNS.test(name)) window.dispatchEvent(new Event("inbox:changed"));
  };
  gateway.on("event", heard);
  gateway.on("ephemeral", heard);
}
