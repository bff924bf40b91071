import type { TFunction } from 'i18next';
import { limits } from '../../core/limits.ts';
import type { RefusedFile } from './PendingFiles.ts';

const formats = new Map<string, Intl.NumberFormat>();

function formatNumber(value: number, locale: string): string {
  let known = formats.get(locale);
  if (!known) formats.set(locale, (known = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })));
  return known.format(value);
}

/** A number of bytes in words: `640 КБ`, `1.4 MB`. */
export function formatBytes(bytes: number, t: TFunction, locale: string): string {
  const number = (value: number) => formatNumber(value, locale);
  if (bytes < 1024) return t('attachments.bytes', { value: number(bytes) });
  if (bytes < 1024 * 1024) return t('attachments.kilobytes', { value: number(Math.round(bytes / 1024)) });
  return t('attachments.megabytes', { value: number(bytes / 1024 / 1024) });
}

/** Why a file was not taken, naming the limit it breaks. */
export function describeRefusal({ name, code }: RefusedFile, t: TFunction, locale: string): string {
  if (code === 'attachment_too_large') {
    return t('attachments.tooLarge', { name, limit: formatBytes(limits.attachmentBytes, t, locale) });
  }
  if (code === 'attachments_too_many') {
    return t('attachments.tooMany', { name, limit: limits.attachmentsPerMessage });
  }
  return t('attachments.empty', { name });
}
