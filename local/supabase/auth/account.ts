import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { inTransaction } from './database.ts';
import { AuthError, invalid, notSpoken } from './errors.ts';
import { checkStrength } from './passwords.ts';
import { metadataSchema, readJson } from './request.ts';
import type { AuthServices } from './service.ts';
import { closeSessions, currentUser } from './sessions.ts';
import { mergeMetadata, presentUser, updateUser, type UserChange } from './users.ts';

const updateSchema = z.object({
  email: z.string().optional(),
  phone: z.string().optional(),
  password: z.string().optional(),
  data: metadataSchema.optional(),
  app_metadata: metadataSchema.optional(),
});

const logoutScopes = ['global', 'local', 'others'] as const;

/** What signed-in people do with their own account. */
export function createAccount({ context, passwords }: AuthServices) {
  return {
    /** `GET /user` */
    async get(req: IncomingMessage): Promise<object> {
      const claims = await context.authenticate(req);
      return inTransaction(context.pool, async (client) =>
        presentUser(client, await currentUser(client, claims)),
      );
    },

    /** `PUT /user`: a new password ends the user's other sessions. */
    async update(req: IncomingMessage): Promise<object> {
      const claims = await context.authenticate(req);
      const body = await readJson(req, updateSchema);
      if (body.app_metadata) {
        throw new AuthError(403, 'not_admin', 'Updating app_metadata requires admin privileges');
      }
      if (body.phone) throw notSpoken('phone numbers');
      if (body.password !== undefined) checkStrength(body.password);
      const hash = body.password === undefined ? undefined : await passwords.hash(body.password);
      return inTransaction(context.pool, async (client) => {
        const user = await currentUser(client, claims);
        if (body.email && body.email.toLowerCase() !== user.email)
          throw notSpoken('changing one’s own e-mail');
        const change: UserChange = {};
        if (body.password !== undefined && hash !== undefined) {
          if (await passwords.matches(body.password, user.encrypted_password)) {
            throw new AuthError(
              422,
              'same_password',
              'New password should be different from the old password.',
            );
          }
          change.encrypted_password = hash;
          await closeSessions(client, user.id, claims.session_id);
        }
        if (body.data) change.raw_user_meta_data = mergeMetadata(user.raw_user_meta_data, body.data);
        return presentUser(client, await updateUser(client, user.id, change));
      });
    },

    /** `POST /logout` */
    async logOut(req: IncomingMessage, url: URL): Promise<void> {
      const scope = z.enum(logoutScopes).safeParse(url.searchParams.get('scope') ?? 'global');
      if (!scope.success) {
        throw invalid(`Unsupported logout scope "${url.searchParams.get('scope') ?? ''}"`);
      }
      const claims = await context.authenticate(req);
      await inTransaction(context.pool, async (client) => {
        const user = await currentUser(client, claims);
        if (scope.data === 'local') {
          await client.query('delete from auth.sessions where id = $1', [claims.session_id]);
        } else {
          await closeSessions(client, user.id, scope.data === 'others' ? claims.session_id : undefined);
        }
      });
    },
  };
}
