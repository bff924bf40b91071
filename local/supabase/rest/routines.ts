import { RestError } from './errors.ts';
import { closest } from './fuzzy.ts';
import { qualified } from './names.ts';
import type { Routine, SchemaCache } from './schema-cache.ts';

/**
 * Finds the overload that takes exactly the given arguments.
 * @param isPost whether arguments came as a JSON body, which one unnamed json parameter can take whole.
 * @throws {RestError} PGRST202 when there is none, PGRST203 when there are several.
 */
export function findRoutine(
  cache: SchemaCache,
  schema: string,
  name: string,
  given: string[],
  isPost: boolean,
): Routine {
  const overloads = cache.routines.get(qualified(schema, name)) ?? [];
  const named = overloads.filter((routine) => takes(routine, given));
  const candidates = named.length > 0 || !isPost ? named : overloads.filter(takesBody);
  const [first] = candidates;
  if (!first) throw notFound(cache, schema, name, [...given].sort(), isPost);
  if (candidates.length > 1) throw ambiguous(candidates);
  return first;
}

function takes(routine: Routine, given: string[]): boolean {
  const { parameters } = routine;
  return (
    given.every((name) => parameters.some((parameter) => parameter.name === name)) &&
    parameters.every(({ name, required }) => !required || given.includes(name))
  );
}

function takesBody({ parameters }: Routine): boolean {
  const [first] = parameters;
  return parameters.length === 1 && first?.name === '' && ['json', 'jsonb'].includes(first.type);
}

function notFound(
  cache: SchemaCache,
  schema: string,
  name: string,
  given: string[],
  isPost: boolean,
): RestError {
  const list = given.join(', ');
  const called = `${schema}.${name}`;
  const searched =
    given.length === 0 ? ' without parameters' : ` with parameter${given.length > 1 ? 's' : ''} ${list}`;
  const orBody = isPost ? ' or with a single unnamed json/jsonb parameter' : '';
  return new RestError(
    404,
    'PGRST202',
    `Could not find the function ${called}${given.length === 0 ? ' without parameters' : `(${list})`} in the schema cache`,
    {
      details: `Searched for the function ${called}${searched}${orBody}, but no matches were found in the schema cache.`,
      hint: suggestion(cache, schema, name, given),
    },
  );
}

function suggestion(cache: SchemaCache, schema: string, name: string, given: string[]): string | null {
  const overloads = cache.routines.get(qualified(schema, name));
  const listed = (names: string[]) => `(${[...names].sort().join(', ')})`;
  const found = overloads
    ? closest(
        overloads.map(({ parameters }) => listed(parameters.map((parameter) => parameter.name))),
        listed(given),
      )
    : closest(
        [...cache.routines.values()].flatMap(([first]) => (first?.schema === schema ? [first.name] : [])),
        name,
      );
  if (found === undefined) return null;
  return `Perhaps you meant to call the function ${schema}.${overloads ? name : ''}${found}`;
}

function ambiguous(candidates: Routine[]): RestError {
  const signatures = candidates.map(
    ({ schema, name, parameters }) =>
      `${schema}.${name}(${parameters.map((parameter) => `${parameter.name} => ${parameter.type}`).join(', ')})`,
  );
  return new RestError(
    300,
    'PGRST203',
    `Could not choose the best candidate function between: ${signatures.join(', ')}`,
    {
      hint: 'Try renaming the parameters or the function itself in the database so function overloading can be resolved',
    },
  );
}
