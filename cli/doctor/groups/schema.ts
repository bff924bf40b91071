import { checkSchema, SCHEMA_VERSION } from '../../../core/schema-version.ts';
import { type Check, diagnose } from '../context.ts';

/** The schema's version, and that nothing which the scripts make is missing. */
export const checkSchemaGroup: Check = async (report, context) => {
  const { service, target, words, scripts } = context;
  const page = target.page('sql');
  const state = await checkSchema(service);
  const needed = SCHEMA_VERSION;
  if (state.ok) report.ok('schema.version', { version: state.version });
  else
    report.problem({
      key: `schema.${state.code}`,
      blanks: { page, needed, version: state.version ?? '?', reason: state.problem },
    });
  if (!state.ok && state.code !== 'unfinished') return;

  const found = await diagnose(context);
  const runScript = (script: string) => words.doctor('common.runScript', { script, page });
  if (found === undefined) return report.fail('schema.noDiagnosis', {}, runScript('create_diagnosis.sql'));
  const functions = new Set(found.functions);
  let whole = true;
  for (const script of scripts) {
    for (const name of script.tables.filter((table) => !(table in found.tables))) {
      whole = false;
      report.fail('schema.lacksTable', { name, script: script.name }, runScript(script.name));
    }
    for (const name of script.functions.filter((each) => !functions.has(each))) {
      whole = false;
      report.fail('schema.lacksFunction', { name, script: script.name }, runScript(script.name));
    }
  }
  if (!whole) return;
  const count = (of: 'tables' | 'functions') => new Set(scripts.flatMap((script) => script[of])).size;
  report.ok('schema.complete', {
    tables: count('tables'),
    functions: count('functions'),
    postgres: found.postgres,
  });
};
