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
  /** Goes there from anywhere in its app, and returns once all of it is on the screen. */
  open: (visit: Visit) => Promise<unknown>;
  /** Puts right what `open` did to the page. */
  leave?: (visit: Visit) => Promise<unknown>;
}

/** To a place in the app that is on the page already, as its own links lead there: nothing is loaded anew. */
const goTo = ({ page }: Visit, place: string) =>
  page.evaluate((to) => history.pushState(null, '', to), place);
const cabinet = (visit: Visit, path = '') => goTo(visit, `/cabinet/support${path}`);
const panel = (visit: Visit, path = '') => goTo(visit, `/admin/tickets${path}`);
/** Closes what lies over the page. */
const dismiss = async ({ page }: Visit) => {
  const over = page.getByTestId('lightbox').or(page.getByRole('menu')).or(page.getByRole('dialog')).first();
  await page.keyboard.press('Escape');
  await over.waitFor({ state: 'detached' });
};
const endSearch = ({ page }: Visit) => page.getByTestId('ticket-search').fill('');
const firstTicket = ({ page }: Visit) => page.getByTestId('ticket-item').first().waitFor();

async function conversation(visit: Visit, go: typeof cabinet): Promise<void> {
  const { page, lived, story } = visit;
  // From the list, so that it is laid out for the window as it is now.
  await go(visit);
  await go(visit, `/${lived.id(story.subject)}`);
  await page.getByRole('log').getByText(story.last).waitFor();
  await page.getByRole('log').getByTestId('picture').first().waitFor({ state: 'attached' });
}

export const cabinetScreens: Screen[] = [
  {
    name: 'cabinet-sign-in',
    signedOut: true,
    open: async (visit) => {
      await visit.page.goto(`${visit.desk.url}/cabinet/support`);
      await visit.page.getByRole('button', { name: visit.story.email }).waitFor();
    },
  },
  {
    name: 'cabinet-sign-up',
    signedOut: true,
    open: async (visit) => {
      await visit.page.goto(`${visit.desk.url}/cabinet/support`);
      await visit.page.getByRole('button', { name: visit.t('auth.signUp') }).click();
      await visit.page.getByTestId('sign-up-form').waitFor();
    },
  },
  {
    name: 'cabinet-reset',
    signedOut: true,
    open: async (visit) => {
      await visit.page.goto(`${visit.desk.url}/cabinet/support`);
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
    leave: dismiss,
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
    leave: dismiss,
  },
  {
    name: 'cabinet-close',
    open: async (visit) => {
      await conversation(visit, cabinet);
      await visit.page.getByTestId('close-ticket').click();
      await visit.page.getByRole('dialog').waitFor();
    },
    leave: dismiss,
  },
  {
    name: 'cabinet-offline',
    open: async (visit) => {
      await conversation(visit, cabinet);
      await visit.page.context().setOffline(true);
      await visit.page.getByTestId('connection-banner').waitFor();
    },
    leave: async ({ page }) => {
      await page.context().setOffline(false);
      await page.getByTestId('connection-banner').waitFor({ state: 'detached' });
    },
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
    open: async (visit) => {
      await goTo(visit, '/cabinet/profile');
      await visit.page.getByTestId('avatar-input').waitFor({ state: 'attached' });
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
      await visit.page.getByRole('log').getByTestId('message').last().waitFor();
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
      await visit.page.goto(`${visit.desk.url}/admin/tickets`);
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
    leave: dismiss,
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
    leave: endSearch,
  },
  {
    name: 'admin-nothing-found',
    open: async (visit) => {
      await panel(visit);
      await visit.page.getByTestId('ticket-search').fill('zzzzzz');
      await visit.page.getByText(visit.t('tickets.emptySearch.title')).waitFor();
    },
    leave: endSearch,
  },
  {
    name: 'admin-new',
    open: async (visit) => {
      await panel(visit, '/new');
      await visit.page.getByTestId('find-user').fill('@example');
      await visit.page.getByTestId('found-user').first().waitFor();
    },
  },
  {
    name: 'admin-replies',
    open: async (visit) => {
      await goTo(visit, '/admin/replies');
      await visit.page.getByTestId('canned-reply').first().waitFor();
    },
  },
  {
    name: 'admin-reply',
    open: async (visit) => {
      await goTo(visit, '/admin/replies');
      await visit.page.getByTestId('add-canned').click();
      await visit.page.getByTestId('canned-form').waitFor();
    },
  },
  {
    name: 'admin-profile',
    open: async (visit) => {
      await goTo(visit, '/admin/profile');
      await visit.page.getByTestId('avatar-input').waitFor({ state: 'attached' });
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
