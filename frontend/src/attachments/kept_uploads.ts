import { pageAccount } from "../account";

/** What this browser knows of an upload that has begun, so that it goes on after a reload. The bytes are on the server. */
export interface KeptUpload {
  /** Also the reference under which it is attached, so that it is attached once. */
  id: string;
  /** The address of the project's uploads, and that of its attachments. */
  uploads: string;
  attachments: string;
  /** What it is attached to, as `draft:<id>`; for a comment that is being written, the place where it is (`awaited`). */
  subject: string;
  name: string;
  /** The file's own facts: the same file can be chosen again. */
  fingerprint: string;
  size: number;
  /** The address of the upload; empty until the server gave it one. */
  url: string;
}

const AWAITED = "draft-comment:";
const PREFIX = `foundry.upload.${pageAccount}.`;

/** The subject of files for a comment that is being written at a place, as its unsent text names it. */
export function awaited(place: string): string {
  return AWAITED + place;
}

/** Whether what a file is meant for is there, so that the file can be attached. */
export function isThere(subject: string): boolean {
  return !subject.startsWith(AWAITED);
}

/** A file is known again by its facts; its bytes are not read for that. */
export function fingerprintOf(file: File): string {
  return [file.name, file.size, file.lastModified].join("/");
}

/** Those of this person, of all projects. */
export function keptUploads(): KeptUpload[] {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  return keys.flatMap((key) => parsed(localStorage.getItem(key) ?? ""));
}

/** In a browser that keeps nothing, the upload goes on as long as its page. */
export function keep(upload: KeptUpload): void {
  try {
    localStorage.setItem(PREFIX + upload.id, JSON.stringify(upload));
  } catch {
    // Full, or forbidden.
  }
}

export function forget({ id }: KeptUpload): void {
  localStorage.removeItem(PREFIX + id);
}

/**
 * Act once no page of this browser is sending the upload: another tab and this one would only disturb each other, and
 * a page that was left may hold it for a moment still. Nothing is asked of a browser that has no such locks.
 */
export async function whenFree({ id }: KeptUpload, act: () => void): Promise<void> {
  if (navigator.locks) await navigator.locks.request(PREFIX + id, act);
  else act();
}

/** Hold the upload for this page until what is given ends. Where the browser has no such locks, no other page is notified. */
export function holdWhile({ id }: KeptUpload, ended: Promise<void>): void {
  void navigator.locks?.request(PREFIX + id, { ifAvailable: true }, () => ended);
}

function parsed(text: string): KeptUpload[] {
  try {
    return [JSON.parse(text) as KeptUpload];
  } catch {
    return [];
  }
}
