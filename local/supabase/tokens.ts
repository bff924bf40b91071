import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Claims, SupabaseContext } from './context.ts';
import { ApiError } from './errors.ts';

/** The keys of a project, as its dashboard shows them. */
export interface ProjectKeys {
  publishableKey: string;
  secretKey: string;
  jwtSecret: string;
}

const claimsSchema = z.looseObject({
  role: z.enum(['anon', 'authenticated', 'service_role']),
  sub: z.string().optional(),
  email: z.string().optional(),
  session_id: z.string().optional(),
  exp: z.number().optional(),
});

/** How many verified tokens are remembered, least recently used forgotten first. */
const REMEMBERED_TOKENS = 2_000;

/**
 * Signs and verifies the project's tokens and keys.
 * @param issuer the `iss` claim of signed tokens
 */
export function createTokens(
  keys: ProjectKeys,
  issuer: string,
): Pick<SupabaseContext, 'signToken' | 'verifyToken' | 'authenticate' | 'checkApiKey'> {
  const secret = new TextEncoder().encode(keys.jwtSecret);
  const publishableHash = sha256(keys.publishableKey);
  const secretHash = sha256(keys.secretKey);
  // Verifying a signature costs more than a small read does, and a client sends the same token with every request.
  const verified = new Map<string, Claims>();

  /** The claims of a key that is no token, or undefined. */
  function claimsOfKey(key: string): Claims | undefined {
    if (!key.startsWith('sb_')) return undefined;
    const hash = sha256(key);
    if (timingSafeEqual(hash, publishableHash)) return { role: 'anon' };
    if (timingSafeEqual(hash, secretHash)) return { role: 'service_role' };
    throw invalidKey();
  }

  async function verifySigned(token: string): Promise<Claims> {
    const known = verified.get(token);
    if (known) {
      verified.delete(token);
      if (known.exp !== undefined && known.exp * 1000 <= Date.now()) throw expired();
      verified.set(token, known);
      return known;
    }
    const claims = await verifySignature(token, secret);
    verified.set(token, claims);
    for (const oldest of verified.keys()) {
      if (verified.size <= REMEMBERED_TOKENS) break;
      verified.delete(oldest);
    }
    return claims;
  }

  async function verifyToken(token: string): Promise<Claims> {
    return claimsOfKey(token) ?? verifySigned(token);
  }

  async function verifyKey(key: string | undefined, userAgent: string | undefined): Promise<Claims> {
    if (key === undefined) {
      throw new ApiError(
        401,
        'no_api_key',
        'No API key found in request',
        'No `apikey` request header or url param was found.',
      );
    }
    const claims =
      claimsOfKey(key) ??
      (await verifySigned(key).catch(() => {
        throw invalidKey();
      }));
    if (claims.role === 'service_role' && key.startsWith('sb_') && /^Mozilla\//.test(userAgent ?? '')) {
      throw new ApiError(
        401,
        'secret_key_in_browser',
        'Forbidden use of secret API key in browser',
        'Secret API keys can only be used in a protected environment and should never be used in a browser. Delete this secret API key immediately.',
      );
    }
    return claims;
  }

  return {
    async signToken(claims, ttl) {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iss: issuer, ...claims, iat: now, exp: now + ttl })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .sign(secret);
    },
    verifyToken,
    async authenticate(req) {
      const key = apiKeyOf(req);
      const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
      const claims = await verifyKey(key, req.headers['user-agent']);
      return token === undefined || token === key ? claims : verifyToken(token);
    },
    async checkApiKey(req) {
      await verifyKey(apiKeyOf(req), req.headers['user-agent']);
    },
  };
}

async function verifySignature(token: string, secret: Uint8Array): Promise<Claims> {
  try {
    const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'] });
    const claims = claimsSchema.safeParse(payload);
    if (claims.success) return claims.data as Claims;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw expired();
    if (!(error instanceof errors.JOSEError)) throw error;
  }
  throw new ApiError(401, 'bad_jwt', 'The access token is malformed or was signed by somebody else');
}

function apiKeyOf(req: IncomingMessage): string | undefined {
  const header = req.headers.apikey;
  if (typeof header === 'string') return header;
  const query = req.url?.indexOf('?') ?? -1;
  return query < 0 ? undefined : (new URLSearchParams(req.url?.slice(query + 1)).get('apikey') ?? undefined);
}

function expired(): ApiError {
  return new ApiError(401, 'jwt_expired', 'JWT expired');
}

function invalidKey(): ApiError {
  return new ApiError(
    401,
    'invalid_api_key',
    'Invalid API key',
    'Double check your Supabase `anon` or `service_role` API key.',
  );
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** A key for another purpose than access tokens, which can't be computed back to their secret. */
export function deriveKey(jwtSecret: string, purpose: string): Uint8Array {
  return createHmac('sha256', jwtSecret).update(purpose).digest();
}
