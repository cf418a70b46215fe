import { pastedName } from "./names";

/** The files of a paste; pictures from the clipboard get a name of their own. Text that comes with them is not a file. */
export function pastedFiles(event: ClipboardEvent): File[] {
  const data = event.clipboardData;
  // A word processor puts a picture of the text beside the text.
  if (!data || data.types.includes("text/plain")) return [];
  return [...data.files].map((file) => new File([file], pastedName(file), { type: file.type, lastModified: file.lastModified }));
}

export function bringsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** Folders come as files that cannot be read; they are left out. */
export function droppedFiles(event: DragEvent): File[] {
  const items = [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === "file");
  return items.filter((item) => item.webkitGetAsEntry()?.isDirectory !== true).flatMap((item) => item.getAsFile() ?? []);
}

/** Whether a paste belongs to what is being written. */
export function isWriting(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable=true], dialog") !== null;
}
