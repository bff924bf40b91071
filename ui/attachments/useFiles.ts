import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useDesk } from '../desk/DeskProvider.tsx';
import { deskKeys } from '../desk/keys.ts';
import { PendingFiles } from './PendingFiles.ts';
import { signedUrlFreshFor } from './signedUrls.ts';

/** An address of a file for as long as it is on the screen; this browser's own copy when it sent the file. */
export function useSignedUrl(path: string): { url: string | undefined; failed: boolean; renew: () => void } {
  const desk = useDesk();
  const preview = desk.files.previewOf(path);
  const query = useQuery(
    {
      queryKey: deskKeys.file(path),
      queryFn: () => desk.files.sign(path),
      enabled: preview === undefined,
      staleTime: signedUrlFreshFor,
      gcTime: signedUrlFreshFor,
      refetchOnWindowFocus: false,
      retry: 1,
    },
    desk.queryClient,
  );
  return { url: preview ?? query.data, failed: query.isError, renew: () => void query.refetch() };
}

/** The files of something that is being written and isn't a draft of a ticket: uploads end with the component. */
export function usePendingFiles(): PendingFiles {
  const desk = useDesk();
  const [files] = useState(
    () =>
      new PendingFiles({
        supabase: desk.supabase,
        files: desk.files,
        userId: desk.userId,
        messageId: crypto.randomUUID(),
      }),
  );
  useEffect(() => () => files.stop(), [files]);
  return files;
}
