import { clsx } from 'clsx';
import type { Message } from 'grammy/types';
import { FileText, MapPin, Music, UserRound } from 'lucide-react';
import { fileSize } from './size.ts';
import { useLanguage, useWords } from './words.ts';

function fileUrl(uniqueId: string): string {
  return `/control/files/${uniqueId}`;
}

/** What fills a picture's place in an album or a bubble. */
function Picture({ message, tile }: { message: Message; tile: boolean }) {
  const words = useWords();
  const largest = message.photo?.at(-1);
  if (!largest) return null;
  return (
    <a
      href={fileUrl(largest.file_unique_id)}
      target="_blank"
      rel="noopener"
      className={clsx('block overflow-hidden', tile && 'h-full')}
    >
      <img
        src={fileUrl(largest.file_unique_id)}
        width={largest.width}
        height={largest.height}
        alt={message.caption ?? words.photo}
        loading="lazy"
        className={clsx('bg-quote object-cover', tile ? 'size-full' : 'h-auto max-h-96 w-full min-w-40')}
        style={
          tile
            ? undefined
            : { aspectRatio: `${largest.width} / ${largest.height}`, maxWidth: Math.max(160, largest.width) }
        }
      />
    </a>
  );
}

/** Photos and videos of an album as a mosaic. */
export function Mosaic({ messages }: { messages: Message[] }) {
  const columns = messages.length === 2 || messages.length === 4 ? 2 : 6;
  return (
    <div
      className={clsx(
        'grid w-88 max-w-full gap-0.5 overflow-hidden rounded-xl',
        columns === 2 ? 'grid-cols-2' : 'grid-cols-6',
      )}
    >
      {messages.map((message, index) => {
        const head = messages.length % 3;
        const wide = columns === 6 && index < (head === 0 ? 0 : head);
        const span = columns === 2 ? '' : wide ? (head === 1 ? 'col-span-6' : 'col-span-3') : 'col-span-2';
        return (
          <div
            key={message.message_id}
            className={clsx('min-h-0', span, wide && head === 1 ? 'aspect-16/10' : 'aspect-square')}
          >
            <Media message={message} tile />
          </div>
        );
      })}
    </div>
  );
}

function FileRow({
  uniqueId,
  name,
  size,
  icon,
}: {
  uniqueId: string;
  name: string;
  size: number;
  icon: 'file' | 'music';
}) {
  const words = useWords();
  const language = useLanguage((state) => state.language);
  const Icon = icon === 'file' ? FileText : Music;
  return (
    <a
      href={fileUrl(uniqueId)}
      download={name}
      aria-label={`${words.download}: ${name}`}
      className="-mx-1 flex items-center gap-3 rounded-xl p-1 hover:bg-quote"
    >
      <span aria-hidden className="brand grid size-11 shrink-0 place-items-center rounded-xl text-white">
        <Icon className="size-5" />
      </span>
      <span className="min-w-0">
        <span className="block truncate font-medium">{name}</span>
        <span className="block text-xs opacity-70">{fileSize(size, language)}</span>
      </span>
    </a>
  );
}

/** The picture, film, sound, file or place in a message; nothing for plain text. */
export function Media({ message, tile = false }: { message: Message; tile?: boolean }) {
  const words = useWords();
  if (message.photo) return <Picture message={message} tile={tile} />;
  if (message.sticker) {
    return (
      <img
        src={fileUrl(message.sticker.file_unique_id)}
        alt={`${words.sticker} ${message.sticker.emoji ?? ''}`}
        width={message.sticker.width}
        height={message.sticker.height}
        className="size-40 object-contain"
      />
    );
  }
  const film = message.video ?? message.video_note;
  if (film) {
    return (
      <video
        src={fileUrl(film.file_unique_id)}
        controls
        aria-label={words.video}
        className={clsx('bg-black/80', tile ? 'size-full object-cover' : 'max-h-96 w-80 max-w-full')}
      />
    );
  }
  if (message.animation) {
    return message.animation.mime_type === 'image/gif' ? (
      <img
        src={fileUrl(message.animation.file_unique_id)}
        alt={words.animation}
        className="max-h-80 w-auto max-w-full"
      />
    ) : (
      <video
        src={fileUrl(message.animation.file_unique_id)}
        autoPlay
        loop
        muted
        aria-label={words.animation}
        className="max-h-80 w-80 max-w-full"
      />
    );
  }
  if (message.voice)
    return (
      <audio
        src={fileUrl(message.voice.file_unique_id)}
        controls
        aria-label={words.voice}
        className="my-1 w-64 max-w-full"
      />
    );
  if (message.audio) {
    const { file_unique_id: id, file_name: name, title, file_size: size } = message.audio;
    return <FileRow uniqueId={id} name={title ?? name ?? words.audio} size={size ?? 0} icon="music" />;
  }
  if (message.document) {
    const { file_unique_id: id, file_name: name, file_size: size } = message.document;
    return <FileRow uniqueId={id} name={name ?? words.document} size={size ?? 0} icon="file" />;
  }
  if (message.location) {
    const { latitude, longitude } = message.location;
    return (
      <p className="flex items-center gap-2 py-1">
        <MapPin aria-label={words.location} className="size-5 text-accent" /> {latitude.toFixed(5)},{' '}
        {longitude.toFixed(5)}
      </p>
    );
  }
  if (message.contact) {
    return (
      <p className="flex items-center gap-2 py-1">
        <UserRound aria-label={words.contact} className="size-5 text-accent" /> {message.contact.first_name}{' '}
        {message.contact.phone_number}
      </p>
    );
  }
  return null;
}
