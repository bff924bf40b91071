import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** What one script of `sql/` makes, by name, in schema public. */
export interface Script {
  name: string;
  text: string;
  tables: string[];
  functions: string[];
  /** Tables it puts into the realtime publication. */
  published: string[];
}

/** The project's scripts in their order. What they make is read from them, so that there is no second list of it. */
export async function readScripts(root: string): Promise<Script[]> {
  const order = JSON.parse(await readFile(path.join(root, 'sql/order.json'), 'utf8')) as string[];
  return await Promise.all(
    order.map(async (name) => {
      const text = await readFile(path.join(root, 'sql', name), 'utf8');
      return {
        name,
        text,
        tables: namesIn(text, /create table if not exists public\.(\w+)/g),
        functions: namesIn(text, /create or replace function public\.(\w+)\s*\(/g),
        published: namesIn(
          text,
          /(?:private\.publish\('|alter publication supabase_realtime add table )public\.(\w+)/g,
        ),
      };
    }),
  );
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1]!))];
}
