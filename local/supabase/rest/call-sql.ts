import { quoteIdentifier, quoteTable } from './names.ts';
import { arrayLiteral } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import type { Payload } from './payload.ts';
import { payloadSql } from './payload-sql.ts';
import type { Routine } from './schema-cache.ts';

/** What a function is called with: a JSON body, or the parameters of a URL. */
export type CallArguments =
  | { kind: 'payload'; payload: Payload }
  | { kind: 'direct'; values: Map<string, string[]> };

/** Whether a call gives values rather than rows with columns. */
export function returnsValues(routine: Routine): boolean {
  return !routine.returnsComposite;
}

/** Whether a call gives nothing at all. */
export function returnsVoid(routine: Routine): boolean {
  return !routine.returnsSet && routine.returnSchema === 'pg_catalog' && routine.returnName === 'void';
}

/**
 * The query that calls a function.
 * @param columns the columns wanted of its rows, if it gives rows.
 */
export function callSql(
  routine: Routine,
  call: CallArguments,
  columns: string[],
  parameters: Parameters,
): string {
  const { from, inputs } = argumentsSql(routine, call, parameters);
  const invocation = `${quoteTable(routine)}(${inputs})`;
  const invoked = returnsValues(routine)
    ? `(SELECT ${invocation} pgrst_scalar) pgrst_call`
    : `${invocation} pgrst_call`;
  const selected = returnsValues(routine)
    ? 'pgrst_call.pgrst_scalar'
    : columns.map((name) => `pgrst_call.${name === '*' ? '*' : quoteIdentifier(name)}`).join(', ');
  return `SELECT ${selected} FROM ${from ? `${from}, LATERAL ` : ''}${invoked}`;
}

function argumentsSql(
  routine: Routine,
  call: CallArguments,
  parameters: Parameters,
): { from?: string; inputs: string } {
  const [first] = routine.parameters;
  if (call.kind === 'payload' && routine.parameters.length === 1 && first?.name === '') {
    return { inputs: `${parameters.add(call.payload.json)}::${first.type}` };
  }
  const given = call.kind === 'payload' ? call.payload.keys : [...call.values.keys()];
  const used = routine.parameters.filter(({ name }) => given.includes(name));
  if (used.length === 0) return { inputs: '' };
  const variadic = (is: boolean) => (is ? 'VARIADIC ' : '');
  if (call.kind === 'payload') {
    const from = payloadSql(call.payload, used, parameters, { applyDefaults: false, firstOnly: true });
    const inputs = used.map(({ name, variadic: is }) => {
      const quoted = quoteIdentifier(name);
      return `${variadic(is)}${quoted} := pgrst_body.${quoted}`;
    });
    return { from, inputs: inputs.join(', ') };
  }
  const inputs = used.map(({ name, type, variadic: is }) => {
    const values = call.values.get(name) ?? [];
    const value = parameters.add(is ? arrayLiteral(values) : (values.at(-1) ?? ''));
    return `${variadic(is)}${quoteIdentifier(name)} := ${value}::${type}`;
  });
  return { inputs: inputs.join(', ') };
}
