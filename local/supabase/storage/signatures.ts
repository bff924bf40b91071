import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { invalidJwt, StorageError } from './errors.ts';

/** What a signed URL permits. */
export type Permission = { scope: 'download' } | { scope: 'upload'; owner?: string; upsert: boolean };

const payloadSchema = z.object({
  url: z.string(),
  exp: z.number(),
  permission: z.discriminatedUnion('scope', [
    z.object({ scope: z.literal('download') }),
    z.object({ scope: z.literal('upload'), owner: z.string().optional(), upsert: z.boolean() }),
  ]),
});

/** Signs what a URL permits, with a key that access tokens aren't signed with: neither passes for the other. */
export function createSignatures(key: Uint8Array) {
  return {
    /** @param seconds how long it is good for */
    async sign(bucket: string, name: string, permission: Permission, seconds: number): Promise<string> {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ url: `${bucket}/${name}`, permission })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuedAt(now)
        .setExpirationTime(now + seconds)
        .sign(key);
    },

    /**
     * @returns what the token permits, and until when in seconds since the epoch
     * @throws {StorageError} when it is expired, forged, or for another object or purpose.
     */
    async verify<Scope extends Permission['scope']>(
      token: string | null,
      bucket: string,
      name: string,
      scope: Scope,
    ): Promise<{ permission: Extract<Permission, { scope: Scope }>; exp: number }> {
      if (!token)
        throw new StorageError(400, 'MissingParameter', "querystring must have required property 'token'");
      let payload: unknown;
      try {
        ({ payload } = await jwtVerify(token, key, { algorithms: ['HS256'] }));
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw invalidJwt('"exp" claim timestamp check failed');
        if (error instanceof errors.JOSEError) throw invalidJwt('signature verification failed');
        throw error;
      }
      const parsed = payloadSchema.safeParse(payload);
      if (
        !parsed.success ||
        parsed.data.url !== `${bucket}/${name}` ||
        parsed.data.permission.scope !== scope
      ) {
        throw new StorageError(400, 'InvalidSignature', 'Invalid signature');
      }
      const permission = parsed.data.permission as Extract<Permission, { scope: Scope }>;
      return { permission, exp: parsed.data.exp };
    },
  };
}

export type Signatures = ReturnType<typeof createSignatures>;
