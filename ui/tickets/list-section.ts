import { useLocation, useSearch } from 'wouter';
import type { TicketFilter } from '../../core/queries/tickets.ts';

export const statuses = ['all', 'open', 'answered', 'closed'] as const;
const sections = [...statuses, 'archive'] as const;
export const owners = ['everybody', 'mine', 'nobody'] as const;

/** A section of the ticket list: one status, all of them, or the archive. */
export type Section = (typeof sections)[number];

/** Whose tickets the list shows: anybody's, those the reader has taken, those nobody has (staff). */
export type Owner = (typeof owners)[number];

/** Which part of the list the address names (`?list=closed&owner=mine`), and how to go to another one. */
export function useSection() {
  const [path, navigate] = useLocation();
  const search = new URLSearchParams(useSearch());
  const section: Section = sections.find((known) => known === search.get('list')) ?? 'all';
  const owner: Owner = owners.find((known) => known === search.get('owner')) ?? 'everybody';
  return {
    section,
    owner,
    /** The address's search part that keeps this part of the list in sight. */
    listSearch: listSearch(section, owner),
    goTo: (next: { section?: Section; owner?: Owner }) =>
      navigate(path + listSearch(next.section ?? section, next.owner ?? owner)),
  };
}

function listSearch(section: Section, owner: Owner): string {
  const named = new URLSearchParams();
  if (section !== 'all') named.set('list', section);
  if (owner !== 'everybody') named.set('owner', owner);
  return named.size === 0 ? '' : `?${named}`;
}

/** The query's filter of a part of the list; `readerId` is who "mine" means. */
export function listFilter(section: Section, owner: Owner, readerId: string): TicketFilter {
  const assignee = { everybody: undefined, mine: readerId, nobody: null }[owner];
  return section === 'archive'
    ? { status: 'all', archived: true, assignee }
    : { status: section, archived: false, assignee };
}
