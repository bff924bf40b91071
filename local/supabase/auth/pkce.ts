import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { AuthError, invalid } from './errors.ts';

/** What a client that uses PKCE sends along: only who has the verifier can redeem the code later. */
export const challengeSchema = z.object({
  code_challenge: z.string().min(43).max(128).nullish(),
  code_challenge_method: z
    .string()
    .transform((method) => method.toLowerCase())
    .pipe(z.enum(['s256', 'plain']))
    .nullish(),
});
export type Challenge = z.output<typeof challengeSchema>;

const TTL_MS = 5 * 60 * 1000;

/** Remembers a challenge until its link is opened. @returns false when the client doesn't use PKCE */
export async function keepChallenge(
  client: PoolClient,
  userId: string,
  challenge: Challenge,
  method: string,
): Promise<boolean> {
  if (!challenge.code_challenge || !challenge.code_challenge_method) return false;
  await client.query('delete from auth.flow_state where user_id = $1 and authentication_method = $2', [
    userId,
    method,
  ]);
  await client.query(
    `insert into auth.flow_state (id, user_id, code_challenge, code_challenge_method, provider_type,
       authentication_method, created_at, updated_at)
     values ($1, $2, $3, $4, 'email', $5, now(), now())`,
    [randomUUID(), userId, challenge.code_challenge, challenge.code_challenge_method, method],
  );
  return true;
}

/** The code that the opened link hands to the client. */
export async function issueCode(client: PoolClient, userId: string, method: string): Promise<string> {
  const code = randomUUID();
  const { rowCount } = await client.query(
    `update auth.flow_state set auth_code = $1, auth_code_issued_at = now(), updated_at = now()
     where user_id = $2 and authentication_method = $3`,
    [code, userId, method],
  );
  if (rowCount === 0) throw new AuthError(400, 'flow_state_not_found', 'No associated flow state found.');
  return code;
}

interface FlowStateRow {
  id: string;
  user_id: string;
  code_challenge: string;
  code_challenge_method: 's256' | 'plain';
  authentication_method: string;
  auth_code_issued_at: Date;
}

/**
 * Redeems a code, once.
 * @throws {AuthError} when it is unknown, too old, or the verifier isn't that of the challenge.
 */
export async function redeemCode(
  client: PoolClient,
  code: string,
  verifier: string,
): Promise<{ userId: string; method: string }> {
  if (code === '' || verifier === '') {
    throw invalid('invalid request: both auth code and code verifier should be non-empty');
  }
  const { rows } = await client.query<FlowStateRow>(
    'delete from auth.flow_state where auth_code = $1 returning *',
    [code],
  );
  const flow = rows[0];
  if (!flow) {
    throw new AuthError(404, 'flow_state_not_found', 'invalid flow state, no valid flow state found');
  }
  if (Date.now() - flow.auth_code_issued_at.getTime() > TTL_MS) {
    throw new AuthError(422, 'flow_state_expired', 'invalid flow state, flow state has expired');
  }
  const proof =
    flow.code_challenge_method === 's256'
      ? createHash('sha256').update(verifier).digest('base64url')
      : verifier;
  const [a, b] = [Buffer.from(proof), Buffer.from(flow.code_challenge)];
  if (a.length !== b.length || !timingSafeEqual(a, b)) {
    throw new AuthError(
      400,
      'bad_code_verifier',
      'code challenge does not match previously saved code verifier',
    );
  }
  return { userId: flow.user_id, method: flow.authentication_method };
}
