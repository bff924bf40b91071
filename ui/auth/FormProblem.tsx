import { CircleAlert } from 'lucide-react';

/** What went wrong with a form as a whole; nothing while nothing did. */
export function FormProblem({ text }: { text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p
      role="alert"
      className="flex animate-appear items-start gap-2.5 rounded-xl bg-danger-soft px-3.5 py-3 text-sm text-danger"
    >
      <CircleAlert aria-hidden className="mt-px size-4.5 shrink-0" />
      {text}
    </p>
  );
}
