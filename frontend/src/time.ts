/** Times in the reader's zone; the same forms as the template tag `when`. */
export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const language = document.documentElement.lang || "en";
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const clockSeconds = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const utcMonth = new Intl.DateTimeFormat(language, { month: "short", timeZone: "UTC" });
const month = new Intl.DateTimeFormat(language, { month: "short" });

function day(moment: Date): string {
  const year = moment.getFullYear() === new Date().getFullYear() ? "" : ` ${moment.getFullYear()}`;
  return `${moment.getDate()} ${month.format(moment)}${year}`;
}

/** 10:31 today, 19 Nov 10:31 otherwise. */
export function short(moment: Date): string {
  const isToday = moment.toDateString() === new Date().toDateString();
  return isToday ? clock.format(moment) : `${day(moment)} ${clock.format(moment)}`;
}

export function withSeconds(moment: Date): string {
  return clockSeconds.format(moment);
}

/** Write every `<time>` under `root` again where the server did not know the reader's zone. */
export function localise(root: ParentNode): void {
  if (document.documentElement.dataset["zone"] === zone) return;
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[data-form]")) {
    const moment = new Date(element.dateTime);
    if (element.dataset["form"] === "day") element.textContent = day(moment);
    else if (element.dataset["form"] === "time") element.textContent = clock.format(moment);
    else if (element.dataset["form"] === "short") element.textContent = short(moment);
  }
  // In a drawing a time is a text.
  for (const element of root.querySelectorAll<SVGTextElement>("text[data-form]")) {
    const moment = new Date(element.dataset["at"] ?? "");
    const write = { day, seconds: withSeconds }[element.dataset["form"] ?? ""] ?? clock.format;
    element.textContent = write(moment);
  }
}

/** As the template tag writes it: 19 Nov 2026, 10:31:07 UTC. */
function utc(moment: Date): string {
  return `${moment.getUTCDate()} ${utcMonth.format(moment)} ${moment.getUTCFullYear()}, ${moment.toISOString().slice(11, 19)} UTC`;
}

/** A `<time>` that the script makes; its UTC on hover. */
export function timeElement(iso: string): HTMLTimeElement {
  const element = document.createElement("time");
  const moment = new Date(iso);
  element.className = "tabular";
  element.dateTime = iso;
  element.title = utc(moment);
  element.textContent = short(moment);
  return element;
}

/** Tell the server the zone, so that the next page is right from the start. */
export function rememberZone(): void {
  setCookie("zone", zone);
}

export function setCookie(name: string, value: string): void {
  const path = document.documentElement.dataset["root"] ?? "/";
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=${path}; max-age=31536000; samesite=lax${secure}`;
}
