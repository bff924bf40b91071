import type { Translation } from './shape.ts';
import type ru from './panel.ru.ts';

/** The words that only staff read: who has a ticket, muting, canned replies. */
export default {
  assignment: {
    filter: 'Whose tickets',
    owner: { everybody: 'All', mine: 'Mine', nobody: 'Unassigned' },
    nobody: 'Unassigned',
    assignee: 'Assignee: {{name}}',
    take: 'Take it',
    giveBack: 'Unassign',
  },
  muting: {
    mute: 'Mute the ticket',
    unmute: 'Unmute',
    muted: 'Muted',
    mutedUntil: 'Muted until {{date}}',
    forHour: 'Mute for an hour',
    forShift: 'Mute for 8 hours',
    forGood: 'Mute for good',
  },
  canned: {
    title: 'Canned replies',
    text: 'Answers you give often. Insert one with the button beside the message field, or by typing a slash and its name there.',
    open: 'Canned replies',
    insert: 'Insert a canned reply',
    manage: 'Manage',
    add: 'New reply',
    addTitle: 'New canned reply',
    editTitle: 'Canned reply',
    edit: 'Edit “{{name}}”',
    delete: 'Delete “{{name}}”',
    name: 'Name',
    nameHint: 'Short: it is typed after the slash.',
    body: 'Text',
    bodyHint: 'The user’s name and the ticket’s number are filled in: {{placeholders}}',
    taken: 'There is a reply of this name already.',
    failed: 'The canned replies couldn’t be loaded',
    empty: 'No canned replies yet',
    emptyText: 'Save the first one, and never type it again.',
    deleteTitle: 'Delete the canned reply?',
    deleteText: '“{{name}}” will be gone for all staff. Messages already sent stay as they are.',
    deleteConfirm: 'Delete',
    cancel: 'Cancel',
  },
} satisfies Translation<typeof ru>;
