import { createTransport } from 'nodemailer';
import { type Check, reasonOf } from '../context.ts';

/** The embedded desk's own SMTP, when it is set: connects and signs in, sends nothing. */
export const checkMail: Check = async (report, { config, target, words }) => {
  if (config.supabase.kind === 'project') return report.skip('mail.project', { page: target.page('smtp') });
  const { smtp } = config.supabase;
  if (smtp === undefined) return report.skip('mail.unset', { url: target.url });
  const { host } = new URL(smtp.url);
  const transport = createTransport(smtp.url, { from: smtp.from });
  try {
    await transport.verify();
    report.ok('mail.works', { host });
  } catch (error) {
    report.fail('mail.fails', { host, reason: reasonOf(error) }, words.doctor('mail.failsRemedy'));
  } finally {
    transport.close();
  }
};
