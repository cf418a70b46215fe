/** What a file chosen for an upload is: its text, or why it cannot be one of the project's. */
export interface ChosenFile {
  name: string;
  size: number;
  text: string | null;
  problem: "" | "large" | "binary" | "twice";
}

/** Read chosen files as UTF-8 texts of at most `limit` bytes, whatever their endings say. Line ends and marks stay as they are. */
export async function readFiles(files: Iterable<File>, limit: number): Promise<ChosenFile[]> {
  const seen = new Set<string>();
  const found: ChosenFile[] = [];
  for (const file of files) {
    const name = file.name.normalize("NFC");
    const text = file.size > limit ? null : decoded(await file.arrayBuffer());
    const problem = file.size > limit ? "large" : text === null ? "binary" : seen.has(name) ? "twice" : "";
    seen.add(name);
    found.push({ name, size: file.size, text, problem });
  }
  return found;
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
