import type { Gateway } from "../gateway";

/** Pass on to what is on every page, such as the marks in the header, which events this page receives; "" is any. */
export function signalHeard(gateway: Gateway): void {
  let isFirst = true;
  const heard = (name: string): boolean => window.dispatchEvent(new CustomEvent("project:heard", { detail: name }));
  gateway.on("event", ({ name }) => void heard(name));
  gateway.on("ephemeral", ({ name }) => void heard(name));
  gateway.on("missed", () => void heard(""));
  // Ephemerals do not come again after the line was broken.
  gateway.on("snapshot", () => {
    if (!isFirst) heard("");
    isFirst = false;
  });
}
