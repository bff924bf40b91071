import { useLocation, useSearch } from 'wouter';
import type { TicketFilter } from '../../core/queries/tickets.ts';

export const statuses = ['all', 'open', 'answered', 'closed'] as const;
const sections = [...statuses, 'archive'] as const;

/** A section of the ticket list: one status, all of them, or the archive. */
export type Section = (typeof sections)[number];

/** Which section the address names (`?list=closed`), and how to go to another one. */
export function useSection(): { section: Section; goTo: (section: Section) => void } {
  const [path, navigate] = useLocation();
  const named = new URLSearchParams(useSearch()).get('list');
  const section = sections.find((known) => known === named) ?? 'all';
  return { section, goTo: (next) => navigate(path + sectionSearch(next)) };
}

/** The address's search part that keeps a section in sight. */
export function sectionSearch(section: Section): string {
  return section === 'all' ? '' : `?list=${section}`;
}

/** The query's filter of a section. */
export function sectionFilter(section: Section): TicketFilter {
  return section === 'archive' ? { status: 'all', archived: true } : { status: section, archived: false };
}
