import { clsx } from 'clsx';
import { memo } from 'react';
import { isJustEmoji, linkify } from './linkify.ts';

/**
 * A message's text: line breaks kept, links clickable. It is isolated from its surroundings, so that marks of
 * writing direction end with it, and stacked accents are cut off at the bubble's edge.
 */
export const MessageText = memo(function MessageText({ text, own }: { text: string; own: boolean }) {
  return (
    <p
      dir="auto"
      data-testid="message-text"
      className={clsx(
        'isolate whitespace-pre-wrap wrap-anywhere [unicode-bidi:isolate]',
        isJustEmoji(text) ? 'text-4xl leading-tight' : 'text-[15px] leading-[1.45]',
      )}
    >
      {linkify(text).map((part, index) =>
        part.href === undefined ? (
          part.text
        ) : (
          <bdi key={index}>
            <a
              href={part.href}
              target="_blank"
              rel="noopener noreferrer nofollow ugc"
              className={clsx('underline decoration-1 underline-offset-2', !own && 'text-accent')}
            >
              {part.text}
            </a>
          </bdi>
        ),
      )}
    </p>
  );
});
