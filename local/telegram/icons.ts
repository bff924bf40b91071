/** The six colours a topic's icon may have. */
export const iconColours = [0x6fb9f0, 0xffd67e, 0xcb86db, 0x8eee98, 0xff93b2, 0xfb6f5f];

/** The emoji a topic may have as its icon, by their custom emoji id. */
export const iconEmoji: ReadonlyMap<string, string> = new Map(
  ['📰', '💡', '⚡️', '🎙', '🔝', '🗣', '🆒', '❗️', '📝', '📆', '📁', '🔎', '📣', '🔥', '❤️', '❓', '📈', '💎', '💰', '🤖',
   '✅', '‼️', '🏁', '👀', '🧠', '⭐️', '🔒', '💬', '👤', '🛠'].map((emoji, index) => [
    String(5_312_536_423_851_630_000n + BigInt(index)),
    emoji,
  ]),
); // prettier-ignore
