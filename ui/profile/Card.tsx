import type { ReactNode } from 'react';

/** A part of the profile page, under a title. */
export function Card({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-6 rounded-2xl border border-border bg-surface-raised p-5 shadow-raised md:p-6">
      <div>
        <h3 className="text-[17px] font-semibold">{title}</h3>
        {note !== undefined && <p className="text-sm text-text-muted">{note}</p>}
      </div>
      {children}
    </section>
  );
}
