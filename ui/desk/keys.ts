/** Keys of the chat's queries in react-query's cache; the prefixes are what gets invalidated together. */
export const deskKeys = {
  ticketLists: ['desk', 'ticket-list'],
  ticket: (id: string) => ['desk', 'ticket', id],
  ticketsOf: (userId: string) => ['desk', 'tickets-of', userId],
  counts: ['desk', 'ticket-counts'],
  /** Under the counts' own key: what changes those changes these, too. */
  staffCounts: ['desk', 'ticket-counts', 'staff'],
  staff: ['desk', 'staff'],
  cannedReplies: ['desk', 'canned-replies'],
  threads: ['desk', 'thread'],
  thread: (ticketId: string) => ['desk', 'thread', ticketId],
  /** Under the thread's own key: who asks for the thread again asks for these, too. */
  deadLetters: (ticketId: string) => ['desk', 'thread', ticketId, 'dead-letters'],
  message: (id: string) => ['desk', 'message', id],
  foundUsers: (query: string) => ['desk', 'found-users', query],
  profile: (id: string) => ['desk', 'profile', id],
  notes: (ticketId: string) => ['desk', 'notes', ticketId],
  file: (path: string) => ['desk', 'file', path],
} as const;
