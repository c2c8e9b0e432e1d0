import { closeSync, fsyncSync, openSync } from "node:fs";

/** Makes what a file holds durable. Never for the files of an open store: closing a descriptor of one drops its locks. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a renamed file's new name durable. Some systems cannot open a folder; they need not. */
export function syncFolder(folder: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(folder, "r");
  } catch {
    return;
  }
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
