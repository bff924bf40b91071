import { isPicture } from '../attachments/files.ts';
import { filesOf, type ThreadRow } from './rows.ts';

/** Heights of a row's parts and the width of a letter, in CSS pixels, as the row's classes make them on the average. */
const part = {
  bubble: 38.5,
  /** Above and below the other side's bubble. */
  borders: 2,
  line: 21.75,
  first: 8,
  name: 21.5,
  quote: 54,
  picture: 240,
  file: 56,
  day: 40,
  newLine: 36,
  event: 44,
};
const letter = 7.6;

const known = new WeakMap<ThreadRow, number>();

/**
 * How high a row will be, in whole CSS pixels (as it is measured), as far as can be told before it is drawn: the
 * scrollbar goes by it, and where it is right the row needn't be placed twice. Whatever it turns out to be, those in
 * sight keep their place.
 */
export function estimateHeight(row: ThreadRow): number {
  const height = known.get(row) ?? sumOfParts(row);
  known.set(row, height);
  return height;
}

function sumOfParts(row: ThreadRow): number {
  const above = (row.day === undefined ? 0 : part.day) + (row.newLine ? part.newLine : 0);
  if (row.message?.event) return above + part.event;
  const { message, outgoing } = row;
  const perLine = (Math.min(544, 0.82 * Math.min(768, innerWidth)) - 34) / letter;
  const text = message?.message ?? outgoing?.text ?? '';
  const lines = text
    .split('\n')
    .reduce((count, line) => count + Math.max(1, Math.ceil(line.length / perLine)), 0);
  const files = filesOf(row).reduce(
    (sum, { file_type }) => sum + (isPicture(file_type) ? part.picture : part.file),
    0,
  );
  return Math.round(
    above +
      part.bubble +
      (row.own ? 0 : part.borders) +
      (text === '' ? 0 : lines * part.line) +
      (row.first ? part.first + (row.own ? 0 : part.name) : 0) +
      ((message?.reply_to ?? outgoing?.replyTo ?? null) === null ? 0 : part.quote) +
      files,
  );
}
