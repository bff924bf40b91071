import { DeskError } from '../../core/errors.ts';

/** Sides of a stored avatar, in pixels: twice the largest it is shown at. */
const side = 256;

/**
 * The middle square of a picture, small and freshly encoded, so that neither its size nor what else the file
 * carries (a camera's position, a script) goes anywhere.
 * @throws DeskError `avatar_invalid` when the browser can't read the file as a picture.
 */
export async function squarePicture(file: File): Promise<Blob> {
  const picture = await createImageBitmap(file).catch((cause: unknown) => {
    throw new DeskError('avatar_invalid', 'The file is not a picture the browser can read', { cause });
  });
  const cut = Math.min(picture.width, picture.height);
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  canvas
    .getContext('2d')
    ?.drawImage(picture, (picture.width - cut) / 2, (picture.height - cut) / 2, cut, cut, 0, 0, side, side);
  picture.close();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/webp', 0.9));
  if (!blob) throw new DeskError('avatar_invalid', 'The picture could not be encoded');
  return blob;
}
