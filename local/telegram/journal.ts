import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Change } from './model.ts';

/** An append-only log of changes, one JSON line for each event. */
export interface Journal {
  /** Appends one event in one write, so that a killed process leaves a whole line, a torn last one, or none. */
  append(event: Change[]): void;
  close(): void;
}

/**
 * Reads the events of a journal, oldest first. A torn last line (the process died while writing it) is
 * dropped: whoever asked for that event never got an answer.
 */
export function readJournal(dir: string): Change[][] {
  const file = join(dir, 'journal.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as Change[]];
    } catch (error) {
      if (index === lines.length - 1) return [];
      throw new Error(`${file}, line ${index + 1} is damaged; remove the file to start with an empty group`, {
        cause: error,
      });
    }
  });
}

/** Replaces the journal by one event that holds `state` (compaction), and opens it for appending. */
export function openJournal(dir: string, state: Change[]): Journal {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'journal.jsonl');
  const fresh = `${file}.new`;
  const compacted = openSync(fresh, 'w');
  for (const change of state) writeSync(compacted, `${JSON.stringify([change])}\n`);
  fsyncSync(compacted);
  closeSync(compacted);
  renameSync(fresh, file);
  const log = openSync(file, 'a');
  let size = fstatSync(log).size;
  return {
    append(event) {
      const line = Buffer.from(`${JSON.stringify(event)}\n`);
      try {
        for (let written = 0; written < line.length;) written += writeSync(log, line, written);
        size += line.length;
      } catch (error) {
        // On a full disk a part of it is there, and the next event would be written behind that.
        ftruncateSync(log, size);
        throw error;
      }
    },
    close: () => closeSync(log),
  };
}
