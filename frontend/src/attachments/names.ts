/** What no file of a project may have in its name (`projects/fields.py`), as browsers replace it in downloads. */
const FORBIDDEN = /[<>:"|?*\\/\p{C}]/gu;

/** A name that can be stored: the server refuses what is wrong with it otherwise, with its own words. */
export function storableName(name: string): string {
  return name.normalize("NFC").replace(FORBIDDEN, "_").trim();
}

/** Pictures from the clipboard are all called image.png; the time tells them apart. */
export function pastedName(file: File, now = new Date()): string {
  if (file.name !== "image.png") return file.name;
  const two = (part: number) => String(part).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  return `picture-${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}.png`;
}
