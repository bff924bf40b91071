import { useMutation } from '@tanstack/react-query';
import { errorKey } from '../i18n/error-key.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from './Button.tsx';
import { Dialog } from './Dialog.tsx';

type Props = {
  title: string;
  text: string;
  confirm: string;
  cancel: string;
  /** What a yes does; the dialog stays open with the error when it fails. */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
};

/** Asks before something that ends something. */
export function ConfirmDialog({ title, text, confirm, cancel, onConfirm, onClose }: Props) {
  const { t } = useTranslation();
  const action = useMutation({ mutationFn: onConfirm, onSuccess: onClose, networkMode: 'always' });
  return (
    <Dialog title={title} text={text} onClose={onClose}>
      {action.isError && (
        <p role="alert" className="mb-4 text-sm text-danger">
          {t(errorKey(action.error))}
        </p>
      )}
      <div className="flex justify-end gap-3 max-md:flex-col-reverse">
        <Button onClick={onClose}>{cancel}</Button>
        <Button variant="primary" busy={action.isPending} onClick={() => action.mutate()}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
