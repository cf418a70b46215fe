/** A file that was found: its path below what was chosen, and the file itself. */
export interface FoundFile {
  path: string;
  file: File;
}

/** What was chosen or dropped. `hidden`: how many files were left out, because their name or a folder's begins with a full stop. */
export interface Choice {
  found: FoundFile[];
  hidden: number;
  /** Whether there is more than was asked for; then the rest was not looked at. */
  isMore: boolean;
}

/** What a file chosen for an upload is: its text, or why it cannot be one of the project's. */
export interface ChosenFile {
  name: string;
  /** In bytes, as it is sent. */
  size: number;
  text: string | null;
  problem: "" | "large" | "binary" | "twice";
}

/** What a person chose by a button: files, or a folder with all that is in it. */
export function chosenFiles(list: Iterable<File>, most: number): Choice {
  const choice: Choice = { found: [], hidden: 0, isMore: false };
  for (const file of list) add(choice, file.webkitRelativePath || file.name, file, most);
  return choice;
}

/** What a person dropped, the files in folders included. The browser forgets what it is of as soon as the event is over. */
export async function droppedFiles(transfer: DataTransfer, most: number): Promise<Choice> {
  const choice: Choice = { found: [], hidden: 0, isMore: false };
  // What comes out of another program, such as a message's attachment, is a file without a place on the disk.
  const dropped = [...transfer.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  for (const one of dropped) {
    if (one instanceof File) add(choice, one.name, one, most);
    else if (one) await addEntry(choice, one, most);
  }
  return choice;
}

async function addEntry(choice: Choice, entry: FileSystemEntry, most: number): Promise<void> {
  const path = entry.fullPath.replace(/^\//, "");
  if (choice.isMore) return;
  if (entry.isFile) {
    const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail));
    add(choice, path, file, most);
  } else if (isHidden(path)) {
    choice.hidden += 1;
  } else {
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // A folder is read in parts, until one is empty.
    for (let part = await read(reader); part.length > 0; part = await read(reader)) {
      for (const inner of part) await addEntry(choice, inner, most);
    }
  }
}

function read(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((done, fail) => reader.readEntries(done, fail));
}

function add(choice: Choice, path: string, file: File, most: number): void {
  if (path.includes("/") && isHidden(path)) choice.hidden += 1;
  else if (choice.found.length < most) choice.found.push({ path, file });
  else choice.isMore = true;
}

function isHidden(path: string): boolean {
  return path.split("/").some((part) => part.startsWith("."));
}

/** Read files as UTF-8 texts of at most `limit` bytes, whatever their endings say. Line ends and marks stay as they are. */
export async function readFiles(found: FoundFile[], limit: number): Promise<ChosenFile[]> {
  const seen = new Set<string>();
  const files: ChosenFile[] = [];
  for (const { path, file } of found) {
    const name = path.normalize("NFC");
    const text = file.size > limit ? null : decoded(await file.arrayBuffer());
    const problem = file.size > limit ? "large" : text === null ? "binary" : seen.has(name) ? "twice" : "";
    seen.add(name);
    files.push({ name, size: text === null ? 0 : sizeAsSent(text), text, problem });
  }
  return files;
}

/** As JSON, in which some characters take up to six bytes. */
function sizeAsSent(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).length;
}

/** Null for what is no UTF-8, and for what has a NUL, as nearly every binary format does. */
function decoded(data: ArrayBuffer): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

/** A path below a folder that a person typed: with single slashes, and none at its ends. */
export function pathIn(folder: string, name: string): string {
  return [...folder.normalize("NFC").split("/"), name]
    .map((part) => part.trim())
    .filter(Boolean)
    .join("/");
}

/** Divide what is sent into as few parts as possible, in order, each of at most `limit` bytes. */
export function inParts<T extends { size: number }>(all: T[], limit: number): T[][] {
  const parts: T[][] = [];
  let room = 0;
  for (const one of all) {
    if (one.size > room) {
      parts.push([]);
      room = limit;
    }
    parts.at(-1)!.push(one);
    room -= one.size;
  }
  return parts;
}
