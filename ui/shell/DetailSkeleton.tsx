import { useTranslation } from '../i18n/words.tsx';
import { Skeleton } from './Skeleton.tsx';

/** The right side while its code or its ticket is on the way. */
export function DetailSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" className="flex h-full flex-col">
      <span className="sr-only">{t('app.loading')}</span>
      <div className="flex h-17 items-center gap-3 border-b border-border bg-surface-raised px-5">
        <Skeleton className="size-10 rounded-full" />
        <div className="flex flex-col gap-2">
          <Skeleton className="h-4 w-48" />
          <Skeleton className="h-3 w-28" />
        </div>
      </div>
    </div>
  );
}
