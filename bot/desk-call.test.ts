import { describe, expect, it } from 'vitest';
import { deskError, DeskRefusal, DeskUnavailable, isMissing, uploadError } from './desk-call.ts';

describe('what a failed call of the desk means', () => {
  it.each([
    ['the database shuts down', 500, '57P01'],
    ['the database crashed', 500, '57P02'],
    ['the database recovers', 503, '57P03'],
    ['too many connections', 503, '53300'],
    ['the connection broke', 503, '08006'],
    ['a deadlock', 500, '40P01'],
    ['a serialization failure, whatever status it comes with', 409, '40001'],
    ['PostgREST without a database', 503, 'PGRST001'],
    ['a function that the schema cache does not know yet', 404, 'PGRST202'],
    ['a key that is refused', 401, '42501'],
    ['too many requests', 429, ''],
    ['a gateway’s page', 502, undefined],
    ['no connection at all', 0, ''],
  ])('%s: tried again', (_, status, code) => {
    expect(deskError('telegram_receive', { code, message: 'no' }, status)).toBeInstanceOf(DeskUnavailable);
  });

  it('what the desk refuses, by its own code or for what the data are, is told', () => {
    const closed = deskError('f', { code: 'PT409', message: 'no', details: 'ticket_closed' }, 409);
    expect(closed).toBeInstanceOf(DeskRefusal);
    expect(closed).toMatchObject({ code: 'ticket_closed' });
    expect(deskError('f', { code: '22P05', message: 'no' }, 400)).toMatchObject({ code: '22P05' });
    expect(deskError('f', { code: '23514', message: 'no' }, 400)).toBeInstanceOf(DeskRefusal);
  });

  it('storage’s 400 is read by what its body says', () => {
    const said = (statusCode: string) => ({ message: 'no', status: 400, statusCode });
    expect(isMissing(said('404'))).toBe(true);
    expect(isMissing(said('InvalidJWT'))).toBe(false);
    expect(uploadError(said('413'))).toMatchObject({ code: 'attachment_too_large' });
    expect(uploadError(said('415'))).toMatchObject({ code: 'attachment_refused' });
    expect(uploadError(said('403'))).toBeInstanceOf(DeskUnavailable);
    expect(uploadError({ message: 'no' })).toBeInstanceOf(DeskUnavailable);
  });
});
