import type { Page } from 'playwright-core';
import type { DeskProcess } from './desk.ts';
import type { LivedIn } from './lived-in.ts';

/** Somebody who looks around, in their language. */
export interface Visit {
  page: Page;
  desk: DeskProcess;
  lived: LivedIn;
  t: (key: string) => string;
  /** A conversation in the visitor's language: whose, about what, and how it ends. */
  story: { email: string; subject: string; last: string };
}

export interface Screen {
  name: string;
  /** Seen before signing in. */
  signedOut?: true;
  /** Goes there, and returns once all of it is on the screen. */
  open: (visit: Visit) => Promise<unknown>;
  /** Puts right what `open` did to the page. */
  leave?: (visit: Visit) => Promise<unknown>;
}

const cabinet = ({ page, desk }: Visit, path = '') => page.goto(`${desk.url}/cabinet/support${path}`);
const panel = ({ page, desk }: Visit, path = '') => page.goto(`${desk.url}/admin/tickets${path}`);
const firstTicket = ({ page }: Visit) => page.getByTestId('ticket-item').first().waitFor();

async function conversation(visit: Visit, go: typeof cabinet): Promise<void> {
  const { page, lived, story } = visit;
  await go(visit, `/${lived.id(story.subject)}`);
  await page.getByRole('log').getByText(story.last).waitFor();
  await page.getByRole('log').getByTestId('picture').first().waitFor({ state: 'attached' });
}

export const cabinetScreens: Screen[] = [
  {
    name: 'cabinet-sign-in',
    signedOut: true,
    open: async (visit) => {
      await cabinet(visit);
      await visit.page.getByRole('button', { name: visit.story.email }).waitFor();
    },
  },
  {
    name: 'cabinet-sign-up',
    signedOut: true,
    open: async (visit) => {
      await cabinet(visit);
      await visit.page.getByRole('button', { name: visit.t('auth.signUp') }).click();
      await visit.page.getByTestId('sign-up-form').waitFor();
    },
  },
  {
    name: 'cabinet-reset',
    signedOut: true,
    open: async (visit) => {
      await cabinet(visit);
      await visit.page.getByRole('button', { name: visit.t('auth.forgot') }).click();
      await visit.page.getByTestId('forgot-password-form').waitFor();
    },
  },
  {
    name: 'cabinet-list',
    open: async (visit) => {
      await cabinet(visit);
      await firstTicket(visit);
    },
  },
  { name: 'cabinet', open: (visit) => conversation(visit, cabinet) },
  {
    name: 'cabinet-lightbox',
    open: async (visit) => {
      await conversation(visit, cabinet);
      await visit.page.getByRole('log').getByTestId('picture').first().click();
      await visit.page.getByTestId('lightbox').getByRole('img').waitFor();
    },
  },
  {
    name: 'cabinet-menu',
    open: async (visit) => {
      await conversation(visit, cabinet);
      const last = visit.page.getByRole('log').getByTestId('message').last();
      await last.hover();
      await last.getByTestId('message-actions').click();
      await visit.page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'cabinet-close',
    open: async (visit) => {
      await conversation(visit, cabinet);
      await visit.page.getByTestId('close-ticket').click();
      await visit.page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'cabinet-offline',
    open: async (visit) => {
      await conversation(visit, cabinet);
      await visit.page.context().setOffline(true);
      await visit.page.getByTestId('connection-banner').waitFor();
    },
    leave: ({ page }) => page.context().setOffline(false),
  },
  {
    name: 'cabinet-new',
    open: async (visit) => {
      await cabinet(visit, '/new');
      await visit.page.getByTestId('new-ticket-form').waitFor();
    },
  },
  {
    name: 'cabinet-profile',
    open: async ({ page, desk }) => {
      await page.goto(`${desk.url}/cabinet/profile`);
      await page.getByTestId('avatar-input').waitFor({ state: 'attached' });
    },
  },
  {
    name: 'cabinet-archive',
    open: async (visit) => {
      await cabinet(visit, '?list=archive');
      await firstTicket(visit);
    },
  },
  {
    name: 'cabinet-archived',
    open: async (visit) => {
      await cabinet(visit, '?list=archive');
      await visit.page.getByTestId('ticket-item').first().click();
      await visit.page.getByTestId('closed-note').waitFor();
    },
  },
  {
    name: 'cabinet-not-found',
    open: async (visit) => {
      await cabinet(visit, '/nowhere');
      await visit.page.getByText(visit.t('app.notFound.title')).waitFor();
    },
  },
];

export const panelScreens: Screen[] = [
  {
    name: 'admin-sign-in',
    signedOut: true,
    open: async (visit) => {
      await panel(visit);
      await visit.page.getByRole('button', { name: 'admin@example.com' }).waitFor();
    },
  },
  {
    name: 'admin-list',
    open: async (visit) => {
      await panel(visit);
      await firstTicket(visit);
    },
  },
  { name: 'admin', open: (visit) => conversation(visit, panel) },
  ...(['status-menu', 'assignee-menu', 'mute-menu'] as const).map((menu) => ({
    name: `admin-${menu}`,
    open: async (visit: Visit) => {
      await conversation(visit, panel);
      await visit.page.getByTestId(menu).click();
      await visit.page.getByRole('menu').waitFor();
    },
  })),
  {
    name: 'admin-closed',
    open: async (visit) => {
      await panel(visit, '?list=closed');
      await firstTicket(visit);
    },
  },
  {
    name: 'admin-search',
    open: async (visit) => {
      await panel(visit);
      const { subject } = visit.story;
      await firstTicket(visit);
      await visit.page.getByTestId('ticket-search').fill(subject.slice(0, 12));
      const items = visit.page.getByTestId('ticket-item');
      await items.filter({ hasNotText: subject }).first().waitFor({ state: 'detached' });
      await items.filter({ hasText: subject }).waitFor();
    },
  },
  {
    name: 'admin-nothing-found',
    open: async (visit) => {
      await panel(visit);
      await visit.page.getByTestId('ticket-search').fill('zzzzzz');
      await visit.page.getByText(visit.t('tickets.emptySearch.title')).waitFor();
    },
  },
  {
    name: 'admin-replies',
    open: async ({ page, desk }) => {
      await page.goto(`${desk.url}/admin/replies`);
      await page.getByTestId('canned-reply').first().waitFor();
    },
  },
  {
    name: 'admin-reply',
    open: async ({ page, desk }) => {
      await page.goto(`${desk.url}/admin/replies`);
      await page.getByTestId('add-canned').click();
      await page.getByTestId('canned-form').waitFor();
    },
  },
  {
    name: 'admin-profile',
    open: async ({ page, desk }) => {
      await page.goto(`${desk.url}/admin/profile`);
      await page.getByTestId('avatar-input').waitFor({ state: 'attached' });
    },
  },
];

export const groupScreens: Screen[] = [
  {
    name: 'group-list',
    open: async ({ page, desk, story }) => {
      await page.goto(desk.telegramUrl);
      await page.getByTestId('topic-item').filter({ hasText: story.subject }).waitFor();
    },
  },
  {
    name: 'group',
    open: async ({ page, desk, story }) => {
      await page.goto(desk.telegramUrl);
      await page.getByTestId('topic-item').filter({ hasText: story.subject }).click();
      await page.getByTestId('message').last().waitFor();
    },
  },
];
