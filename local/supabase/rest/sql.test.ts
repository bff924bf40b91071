import { describe, expect, it } from 'vitest';
import { callSql } from './call-sql.ts';
import { mutationSql } from './mutation-sql.ts';
import { quoteIdentifier } from './names.ts';
import { arrayLiteral, Parameters } from './parameters.ts';
import { readPayload } from './payload.ts';
import { parseQueryString } from './query-string.ts';
import { planRead } from './read-plan.ts';
import { countSql, readSql } from './read-sql.ts';
import { relate } from './relationships.ts';
import type { Routine, SchemaCache, Table } from './schema-cache.ts';

const evil = `x"; drop table users; --'`;

function table(name: string, columns: Record<string, string>): Table {
  return {
    schema: 'public',
    name,
    isView: false,
    primaryKey: ['id'],
    columns: new Map(
      Object.entries(columns).map(([column, type]) => [
        column,
        { name: column, type, baseType: type, default: null },
      ]),
    ),
  };
}

const tickets = table('tickets', { id: 'integer', user_id: 'integer', data: 'jsonb', search: 'tsvector' });
const users = table('users', { id: 'integer', name: 'text' });
const tables = new Map([
  ['public.tickets', tickets],
  ['public.users', users],
]);
const cache: SchemaCache = {
  tables,
  routines: new Map(),
  relationships: relate(
    [
      {
        fromSchema: 'public',
        fromTable: 'tickets',
        toSchema: 'public',
        toTable: 'users',
        constraint: 'tickets_user_id_fkey',
        columns: [['user_id', 'id']],
        unique: false,
      },
    ],
    tables,
  ),
};

function read(search: string, from = tickets) {
  const parameters = new Parameters();
  const text = readSql(planRead(cache, from, parseQueryString(search, false), 'table'), parameters);
  return { text, values: parameters.values };
}

const encoded = (text: string) => encodeURIComponent(text);

describe('quoting', () => {
  it('keeps an identifier one identifier', () => {
    expect(quoteIdentifier(evil)).toBe(`"x""; drop table users; --'"`);
    expect(quoteIdentifier('a\0b')).toBe('"a"');
  });

  it('keeps array elements apart', () => {
    expect(arrayLiteral(['a,b', 'c"d', 'e\\f', ''])).toBe('{"a,b","c\\"d","e\\\\f",""}');
  });
});

describe('reading', () => {
  it('never lets a value into the text', () => {
    const { text, values } = read(
      `a=eq.${encoded(evil)}&b=in.(${encoded(`"${evil.replaceAll('"', '\\"')}"`)})&data->>k=like.*${encoded(evil)}*&search=fts(english).${encoded(evil)}&limit=7`,
    );
    expect(text).not.toContain('drop table');
    expect(values).toContain(evil);
    expect(values).toContain(`%${evil}%`);
    expect(values).toContain('english');
  });

  it('never lets a name out of its quotes', () => {
    const quoted = encoded(`"${evil.replaceAll('"', '\\"')}"`);
    const { text } = read(`select=${quoted},alias:id,${quoted}:user_id&${quoted}=eq.1&order=${quoted}.desc`);
    expect(text.replaceAll(quoteIdentifier(evil), '')).not.toContain('drop table');
  });

  it('refuses a cast that is more than a name', () => {
    expect(() => read(`select=${encoded('id::text); drop table users; --')}`)).toThrow(
      'failed to parse select',
    );
  });

  it('reads a column, its JSON and its text as they are typed', () => {
    const { text } = read('select=id,data->a,user_id->b&search=fts.x&data=phfts.y');
    expect(text).toContain(`"public"."tickets"."data"->$1 AS "a"`);
    expect(text).toContain(`to_jsonb("public"."tickets"."user_id")->$2 AS "b"`);
    expect(text).toContain(`"public"."tickets"."search" @@ to_tsquery($3)`);
    expect(text).toContain(`to_tsvector("public"."tickets"."data") @@ phraseto_tsquery($4)`);
  });

  it('joins a to-one relation as an object and a to-many one as an array', () => {
    expect(read('select=id,users(name)').text).toBe(
      'SELECT "public"."tickets"."id", row_to_json("tickets_users_1".*)::jsonb AS "users" FROM "public"."tickets" ' +
        'LEFT JOIN LATERAL (SELECT "users_1"."name" FROM "public"."users" AS "users_1" ' +
        'WHERE "public"."tickets"."user_id" = "users_1"."id" LIMIT $1) AS "tickets_users_1" ON TRUE LIMIT $2',
    );
    expect(read('select=id,tickets!inner(id)&tickets.id=gt.5', users).text).toBe(
      `SELECT "public"."users"."id", COALESCE("users_tickets_1"."users_tickets_1", '[]') AS "tickets" FROM "public"."users" ` +
        'INNER JOIN LATERAL (SELECT json_agg("users_tickets_1")::jsonb AS "users_tickets_1" FROM ' +
        '(SELECT "tickets_1"."id" FROM "public"."tickets" AS "tickets_1" ' +
        'WHERE "tickets_1"."id" > $1 AND "public"."users"."id" = "tickets_1"."user_id" LIMIT $2) AS "users_tickets_1") ' +
        'AS "users_tickets_1" ON "users_tickets_1" IS NOT NULL LIMIT $3',
    );
  });

  it('counts what an inner join leaves', () => {
    const node = planRead(cache, users, parseQueryString('select=tickets!inner(id)&limit=1', false), 'table');
    expect(countSql(node, new Parameters())).toBe(
      'SELECT 1 FROM "public"."users" WHERE EXISTS (SELECT 1 FROM "public"."tickets" AS "tickets_1" ' +
        'WHERE "public"."users"."id" = "tickets_1"."user_id")',
    );
  });
});

describe('writing', () => {
  it('takes columns from the schema and values from one parameter', () => {
    const parameters = new Parameters();
    const text = mutationSql(
      {
        kind: 'insert',
        table: users,
        payload: readPayload(JSON.stringify([{ id: 1, name: evil }]), undefined, undefined, false),
        conflict: { resolution: 'ignore-duplicates', columns: ['id'] },
        applyDefaults: false,
        returning: ['id'],
      },
      parameters,
    );
    expect(text).toBe(
      'INSERT INTO "public"."users" ("id", "name") SELECT pgrst_body."id", pgrst_body."name" ' +
        'FROM (SELECT "id", "name" FROM json_to_recordset($1::json) AS _("id" integer, "name" text)) pgrst_body ' +
        'ON CONFLICT ("id") DO NOTHING RETURNING "public"."users"."id"',
    );
    expect(parameters.values).toEqual([JSON.stringify([{ id: 1, name: evil }])]);
  });

  it('refuses columns the table lacks', () => {
    const payload = readPayload(JSON.stringify({ [evil]: 1 }), undefined, undefined, false);
    const mutation = { kind: 'insert', table: users, payload, applyDefaults: false, returning: [] } as const;
    expect(() => mutationSql({ ...mutation, returning: [] }, new Parameters())).toThrow(
      `Could not find the '${evil}' column of 'users' in the schema cache`,
    );
  });

  it.each(['update', 'delete'] as const)('refuses to %s every row', (kind) => {
    const payload = readPayload('{"name":"x"}', undefined, undefined, false);
    expect(() =>
      mutationSql(
        { kind, table: users, payload, conditions: [], applyDefaults: false, returning: [] },
        new Parameters(),
      ),
    ).toThrow(`${kind.toUpperCase()} requires a WHERE clause`);
  });
});

describe('calling', () => {
  const routine: Routine = {
    schema: 'public',
    name: 'add',
    parameters: [
      { name: 'a', type: 'integer', required: true, variadic: false },
      { name: 'b', type: 'integer', required: false, variadic: false },
    ],
    returnSchema: 'pg_catalog',
    returnName: 'int4',
    returnsSet: false,
    returnsComposite: false,
    volatility: 's',
    settings: [],
  };

  it('names only the arguments that were given', () => {
    const parameters = new Parameters();
    const values = new Map([['a', [evil]]]);
    expect(callSql(routine, { kind: 'direct', values }, ['*'], parameters)).toBe(
      'SELECT pgrst_call.pgrst_scalar FROM (SELECT "public"."add"("a" := $1::integer) pgrst_scalar) pgrst_call',
    );
    expect(parameters.values).toEqual([evil]);
  });

  it('takes them out of a JSON body', () => {
    const payload = readPayload('{"a":1,"b":2}', undefined, undefined, true);
    expect(callSql(routine, { kind: 'payload', payload }, ['*'], new Parameters())).toBe(
      'SELECT pgrst_call.pgrst_scalar FROM (SELECT "a", "b" FROM json_to_record($1::json) AS _("a" integer, "b" integer) LIMIT 1) pgrst_body, ' +
        'LATERAL (SELECT "public"."add"("a" := pgrst_body."a", "b" := pgrst_body."b") pgrst_scalar) pgrst_call',
    );
  });
});
