/**
 * The address as Telegram stores it, or undefined for one it refuses: a foreign scheme, or a host without a
 * dot ("localhost"), which is what catches links made on a developer's machine.
 */
export function acceptedUrl(address: string): string | undefined {
  const full =
    /^[a-z][a-z0-9+.-]*:/i.test(address) && !/^[^:]+:\d/.test(address) ? address : `http://${address}`;
  if (!URL.canParse(full)) return undefined;
  const url = new URL(full);
  if (['tg:', 'ton:', 'mailto:', 'tel:'].includes(url.protocol)) return full;
  if (!['http:', 'https:'].includes(url.protocol)) return undefined;
  return url.hostname.includes('.') || url.hostname.startsWith('[') ? url.href : undefined;
}
